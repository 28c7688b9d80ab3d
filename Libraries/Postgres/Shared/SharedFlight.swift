import EventLoop

/// Batches in one transaction, and what becomes of each when it ends.
@Loop struct SharedFlight {
    let jobs: [BatchJob]
    private let course: Course

    init(jobs: [BatchJob]) {
        self.jobs = jobs
        course = Course(jobs.map(\.batch.statements), apart: jobs.reduce(into: []) { $0.formUnion($1.leavesApart) })
    }

    var statements: [Statement] { course.statements }
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
        // A server that answers less than asked would otherwise end the process.
        guard rows.count >= course.statements.count else {
            for job in jobs { job.fail(PostgresError(.server, "the server gave fewer answers than there were statements")) }
            return
        }
        for (index, job) in jobs.enumerated() { job.succeed(course.places[index].map { rows[$0] }) }
    }

    /// The culprit runs again by itself, since its companions' rows may have been the reason; the others again together.
    private func settle(_ error: PostgresError, at index: Int) -> [BatchJob] {
        let owners = jobs.indices.filter { course.places[$0].contains(index) }.map { jobs[$0] }
        guard owners.count == 1, let culprit = owners.first else {
            // Sent by each job for itself it will name the one.
            for job in owners { job.leavesApart.insert(course.statements[index].fingerprint) }
            return jobs.filter { !$0.isOver }
        }
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
}

extension PostgresError {
    /// Syntax or rights (class 42): alone it would fail just the same.
    var isAboutCode: Bool { sqlState?.hasPrefix("42") == true }
}
