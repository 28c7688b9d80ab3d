/// How a database's connections are used at one moment.
public struct Occupancy: Sendable, Hashable {
    /// Shared connections that are up.
    public let lanesOpen: Int
    /// Shared connections with a transaction under way.
    public let lanesInUse: Int
    /// Batches that wait for a shared connection.
    public let batchesWaiting: Int
    /// Transactions that have a connection of their own.
    public let leasesInUse: Int
    /// Transactions that wait for one.
    public let leasesWaiting: Int
}

extension Database {
    /// How its connections are used now; asks nobody.
    public var occupancy: Occupancy {
        Occupancy(
            lanesOpen: lanes.count { $0.isUp }, lanesInUse: lanes.count { $0.isUp && !$0.isIdle }, batchesWaiting: queue.count,
            leasesInUse: leases.inUse, leasesWaiting: leases.waiting)
    }
}
