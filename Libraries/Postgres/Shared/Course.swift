import EventLoop

/// What is sent for several pieces of work in one transaction: the statements of each in order, those that gather and are of one shape as one.
///
/// The order within each piece is kept. The pieces come from callers that know nothing of each other: of theirs, statements at the same
/// stage keep the order of the pieces, so that transactions take locks in one order.
@Loop struct Course {
    let statements: [Statement]
    /// For each piece, for each of its statements, the one that is sent for it.
    let places: [[Int]]

    /// - Parameter apart: the fingerprints of those that do not leave together with others.
    init(_ pieces: [[Statement]], apart: Set<UInt64> = []) {
        var stops: [[Statement]] = []
        var order: [Int] = []
        var visits: [[Int]] = []
        // From the last: a statement that stands alone comes before those that later pieces have put at its stage.
        for piece in pieces.reversed() {
            var next = 0
            var visited: [Int] = []
            visited.reserveCapacity(piece.count)
            for statement in piece {
                let mayJoin = statement.gathers && !apart.contains(statement.fingerprint)
                if mayJoin, let place = order[next...].firstIndex(where: { statement.hasShape(of: stops[$0][0]) }) {
                    let isSaid = statement.isSaidOnce && stops[order[place]].contains { $0.values.bytes == statement.values.bytes }
                    if !isSaid { stops[order[place]].append(statement) }
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
