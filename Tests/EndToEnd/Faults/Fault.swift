import TestSupport

/// What is done to a running platform.
enum Fault: String, CaseIterable, Sendable {
    case serviceKill = "kill -9 of a service"
    case bothKill = "kill -9 of both instances of a service"
    case serviceStop = "SIGSTOP of a service"
    case serviceRestart = "restart of a service"
    case backendsEnd = "backends terminated"
    case backendKill = "kill -9 of a backend"
    case backendStop = "SIGSTOP of a backend"
    case postgresKill = "kill -9 of the postmaster"
    case postgresCrash = "immediate shutdown of PostgreSQL"
    case postgresRestart = "restart of PostgreSQL"
    case postgresFreeze = "SIGSTOP of PostgreSQL"
    case brokerKill = "kill -9 of the broker"
    case brokerRestart = "restart of the broker"
    case brokerFreeze = "SIGSTOP of the broker"
    case databaseCut = "connections to PostgreSQL cut"
    case brokerCut = "connections to the broker cut"
    case databaseDelay = "delay to PostgreSQL"
    case brokerDelay = "delay to the broker"
    case databaseStall = "silence to PostgreSQL"
    case brokerStall = "silence to the broker"
    case offsetsBack = "offsets set back"
    case recordsAgain = "records produced again"
    case clockMove = "the law's clock moved"

    /// How often it stands in a deck: what is quick and usual more often.
    private var count: Int {
        switch self {
        case .serviceKill: 6
        case .serviceStop, .backendsEnd: 4
        case .serviceRestart, .databaseCut, .brokerCut, .recordsAgain: 3
        case .bothKill, .offsetsBack: 2
        default: 1
        }
    }

    /// All faults as often as they are due, in the seed's order.
    static func deck(_ random: inout SeededNumbers) -> [Fault] {
        allCases.flatMap { Array(repeating: $0, count: $0.count) }.shuffled(using: &random)
    }
}
