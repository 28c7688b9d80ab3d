import EventLoop

/// Batches in one transaction, and what becomes of each when it ends.
@Loop struct SharedFlight {
    let jobs: [BatchJob]

    var statements: [Statement] { jobs.flatMap(\.batch.statements) }
    var isSolo: Bool { jobs.count == 1 && jobs[0].mustGoAlone }

    /// Answers the batches whose end is certain and returns those that must run again, in their order.
    func settle(_ flight: Flight) -> [BatchJob] {
        switch flight.failure {
        case nil:
            answer(flight.rows)
            return []
        case .statement(let index, let error):
            return settle(error, at: index)
        case .commit(let error):
            // The commit names no culprit: each is its own from now on.
            if jobs.count == 1 { return fail(jobs[0], error) }
            for job in jobs { job.mustGoAlone = true }
            return jobs.filter { !$0.isOver }
        case .lost(let reason, let mayHaveCommitted):
            return jobs.flatMap { job in
                let mayRun = !mayHaveCommitted || job.batch.mayRunAgain
                if mayRun, job.flights < BatchJob.mostFlightsAfterLoss { return [job] }
                return fail(job, .lost(reason, outcomeUnknown: mayHaveCommitted))
            }
        }
    }

    private func answer(_ rows: [Rows]) {
        var start = 0
        for job in jobs {
            let end = start + job.batch.statements.count
            // A server that answers less than asked would otherwise end the process.
            if end <= rows.count {
                job.succeed(rows[start..<end])
            } else {
                job.fail(PostgresError(.server, "the server gave fewer answers than there were statements"))
            }
            start = end
        }
    }

    /// The culprit runs again by itself, since its companions' rows may have been the reason; the others again together.
    private func settle(_ error: PostgresError, at index: Int) -> [BatchJob] {
        let culprit = owner(of: index)
        if error.isAboutPlan, culprit.flights < BatchJob.mostFlightsAfterLoss { return jobs.filter { !$0.isOver } }
        if jobs.count == 1 || error.isAboutCode {
            culprit.fail(error)
        } else {
            culprit.mustGoAlone = true
        }
        let others = jobs.filter { $0 !== culprit && !$0.isOver }
        return culprit.isOver ? others : others + [culprit]
    }

    private func fail(_ job: BatchJob, _ error: PostgresError) -> [BatchJob] {
        job.fail(error)
        return []
    }

    private func owner(of index: Int) -> BatchJob {
        var end = 0
        for job in jobs {
            end += job.batch.statements.count
            if index < end { return job }
        }
        return jobs[jobs.count - 1]
    }
}

extension PostgresError {
    /// Syntax or rights (class 42): alone it would fail just the same.
    var isAboutCode: Bool { sqlState?.hasPrefix("42") == true }
}
