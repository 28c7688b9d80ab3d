import EventLoop

/// What is sent for the batches of one transaction: their statements in order, those that gather and are of one shape as one.
///
/// The order within each batch is kept. Batches come from requests that know nothing of each other: of theirs, statements at the same
/// stage keep the order of the batches, so that transactions take locks in one order.
@Loop struct Course {
    let statements: [Statement]
    /// For each batch, for each of its statements, the one that is sent for it.
    let places: [[Int]]

    init(_ jobs: [BatchJob]) {
        let apart = jobs.reduce(into: Set<UInt64>()) { $0.formUnion($1.leavesApart) }
        var stops: [[Statement]] = []
        var order: [Int] = []
        var visits: [[Int]] = []
        // From the last: a statement that stands alone comes before those that later batches have put at its stage.
        for job in jobs.reversed() {
            var next = 0
            var visited: [Int] = []
            visited.reserveCapacity(job.batch.statements.count)
            for statement in job.batch.statements {
                let mayJoin = statement.gathers && !apart.contains(statement.fingerprint)
                if mayJoin, let place = order[next...].firstIndex(where: { statement.hasShape(of: stops[$0][0]) }) {
                    stops[order[place]].append(statement)
                    next = place
                } else {
                    order.insert(stops.count, at: next)
                    stops.append([statement])
                }
                visited.append(order[next])
                next += 1
            }
            visits.append(visited)
        }
        var positions = [Int](repeating: 0, count: order.count)
        for (position, stop) in order.enumerated() { positions[stop] = position }
        statements = order.map { Statement.gathered(stops[$0].reversed()) }
        places = visits.reversed().map { $0.map { positions[$0] } }
    }
}
