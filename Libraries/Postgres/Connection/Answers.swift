import CLibpq

extension Connection {
    /// Takes what has arrived and gives it to the flights in order.
    func takeAnswers() {
        while let handle, let flight = flights.first, PQisBusy(handle) == 0 {
            guard let pointer = PQgetResult(handle) else {
                // Each command ends in one NULL; two mean that libpq awaits nothing while we do.
                consecutiveEnds += 1
                if consecutiveEnds > 1 { return lose("the answers do not fit what was asked") }
                if flight.stepIsAnswered {
                    flight.stepIsAnswered = false
                    flight.nextStep += 1
                }
                continue
            }
            consecutiveEnds = 0
            take(AnswerMemory(pointer), for: flight)
        }
    }

    private func take(_ answer: AnswerMemory, for flight: Flight) {
        let step = flight.nextStep < flight.steps.count ? flight.steps[flight.nextStep] : nil
        switch answer.status {
        case PGRES_PIPELINE_SYNC:
            flights.removeFirst()
            flight.complete()
            return
        case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY:
            if case .statement = step { flight.add(answer) }
        case PGRES_PIPELINE_ABORTED:
            undo(step)
        case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH:
            if case .statement(let index) = step {
                flight.failure = .statement(index, PostgresError(.misuse, "COPY runs by copyIn and copyOut only"))
            }
            return lose("COPY was started as a plain statement")
        default:
            let error = PostgresError(answer)
            if answer.isFatal || PQstatus(handle) == CONNECTION_BAD { return part(error, from: flight, at: step) }
            // A deallocation that the server refuses is of a statement that it does not know.
            if case .prepare(let statement) = step { prepared.forget(statement) }
            if flight.failure == nil { flight.failure = failure(error, at: step, of: flight) }
        }
        flight.stepIsAnswered = step != nil
    }

    /// What did not come through is not prepared, or still is.
    private func undo(_ step: Flight.Step?) {
        switch step {
        case .prepare(let statement): prepared.forget(statement)
        case .deallocate(let statement): prepared.dropLater(statement)
        case .statement, nil: break
        }
    }

    private func failure(_ error: PostgresError, at step: Flight.Step?, of flight: Flight) -> Flight.Failure {
        guard let step else { return .commit(error) }
        switch step {
        case .statement(let index):
            if error.isAboutPlan { prepared.drop(flight.statements[index], isUnknown: error.sqlState == "26000") }
            return .statement(index, error)
        case .prepare, .deallocate:
            // What is prepared is prepared for the next statement.
            for case .statement(let index) in flight.steps[flight.nextStep...] { return .statement(index, error) }
            return .commit(error)
        }
    }

    /// The server says good-bye. Said before the last statement was done, nothing of this flight was committed.
    private func part(_ error: PostgresError, from flight: Flight, at step: Flight.Step?) {
        if answeredByServer(error), step != nil {
            for flight in flights { flight.failure = .lost(error.message, mayHaveCommitted: false) }
        }
        lose(error.message)
    }

    private func answeredByServer(_ error: PostgresError) -> Bool { error.sqlState != nil }
}

extension PostgresError {
    /// The plan that the connection kept is of no use any more; prepared anew the statement works.
    var isAboutPlan: Bool { sqlState == "0A000" && message.contains("cached plan") || sqlState == "26000" }
}
