public import CommandLine
public import Contracts
public import EventLoop
public import Postgres

/// A service: a table of contents over one database.
///
/// Everything in it runs on the loop; the domain that it calls is plain Swift.
@Loop public protocol Service: Sendable, SendableMetatype {
    /// Its operations, events and topics, as everyone else knows them.
    nonisolated static var contract: ServiceContract { get }
    /// Its own tables, made after those that every service has.
    nonisolated static var migrations: MigrationSet { get }
    /// Which constraint of its tables stands for which rule; a violation is answered as that refusal.
    nonisolated static var refusals: [String: Refusal] { get }
    /// Series of human-readable numbers of which blocks are taken before the service is ready.
    nonisolated static var numberSeries: [String] { get }
    /// What is done once after the migrations: reference data from the data directory.
    static func loadReferenceData(_ surroundings: Surroundings) async throws
    /// Commands of its own beside `serve`, `migrate`, `config` and `completions`: `import` where it holds mass data.
    nonisolated static var commands: [Command] { get }

    init(_ surroundings: Surroundings) async throws
    var body: ServiceBody { get }
    /// How far its dated data of the law reach, for operators.
    var lawData: [StatusReport.LawDatum] { get }
}

extension Service {
    public nonisolated static var name: ServiceName { contract.name }
    public nonisolated static var refusals: [String: Refusal] { [:] }
    public nonisolated static var numberSeries: [String] { [] }
    public nonisolated static var commands: [Command] { [] }
    public var lawData: [StatusReport.LawDatum] { [] }
    public static func loadReferenceData(_ surroundings: Surroundings) async throws {}
}

/// What a service finds around it when it starts.
@Loop public struct Surroundings {
    public let configuration: Configuration
    public let database: Database
    /// The folder of the service's dated data files.
    public let dataDirectory: String
}
