import EventLoop
import Telemetry

/// Who makes room when there is none left: the connections whose clients have kept the server waiting longest.
///
/// An idle or slow client is cheap for whoever sends it; a newcomer with a request must not pay for it.
@Loop struct MakingRoom {
    private let mayGo: (Connection) -> Bool
    private var found: [(connection: Connection, since: ContinuousClock.Instant)] = []
    private var searchedInVain: ContinuousClock.Instant?

    /// How many are looked out at once, so that a flood of newcomers does not search for each.
    private static let batch = 512

    init(_ mayGo: @escaping (Connection) -> Bool) { self.mayGo = mayGo }

    /// A connection that may be closed; nil when all are at work.
    mutating func next(among connections: some Collection<Connection>) -> Connection? {
        if let connection = takeFound() { return connection }
        if let searchedInVain, ContinuousClock.now - searchedInVain < .milliseconds(100) { return nil }
        found = connections.filter(mayGo).map { ($0, $0.awaitedSince) }
        found.sort { $0.since > $1.since }
        found.removeFirst(max(0, found.count - Self.batch))
        searchedInVain = found.isEmpty ? ContinuousClock.now : nil
        return takeFound()
    }

    /// One that has said nothing since it was looked out.
    private mutating func takeFound() -> Connection? {
        while let (connection, since) = found.popLast() {
            if mayGo(connection), connection.awaitedSince == since { return connection }
        }
        return nil
    }
}
