import Contracts
import EventLoop
import FoundationEssentials
import TestSupport
import Testing

/// What an operator does in the drill, by the commands that the handbook names.
@Loop struct Drill {
    private let platform: Platform
    private let servers: OwnServers

    init(_ platform: Platform, _ servers: OwnServers) {
        self.platform = platform
        self.servers = servers
    }

    private var environment: [String: String] {
        get async throws {
            [
                "BACKUP_DIRECTORY": servers.backups, "EGOVCTL_POSTGRES": try await servers.address(), "EGOVCTL_POSTGRES_DATA": servers.dataDirectory,
            ]
        }
    }

    func backup() async throws {
        let outcome = try await platform.egovctl("backup", "--json", environment: environment)
        try #require(outcome.code == 0, "\(outcome.text)")
    }

    /// Kills all but Kafka, the database first, and takes its disk away, or moves it aside.
    func loseEverything(keeping name: String? = nil) async throws {
        try await servers.kill()
        for service in platform.services.values { await service.crash() }
        if let name {
            try FileManager.default.moveItem(atPath: servers.dataDirectory, toPath: "\(servers.folder)/\(name)")
        } else {
            try await ChildProcess.run(
                ["find", "\(servers.dataDirectory)/", "-mindepth", "1", "-delete"], environment: [:], log: "\(platform.folder)/loss.log")
        }
    }

    func restore(_ arguments: String...) async throws -> JSONValue {
        let words = ["restore", "--yes", "--json"] + arguments
        let outcome = try await Platform.egovctl(words, environment: environment, log: "\(platform.folder)/restore")
        try #require(outcome.code == 0, "\(outcome.text)")
        return try JSON.parse(Array(outcome.output.utf8))
    }

    func startEverything() async throws {
        try await servers.start()
        for service in platform.services.values { try await service.start() }
        for service in platform.services.values { try await service.ready() }
    }

    func application(_ kind: LicenceKindCode, _ applicant: IIN) async throws -> Licences.Receipt {
        let receipt = try await platform.submit(kind, as: applicant)
        try await platform.untilFacts(receipt.number, .citizen(applicant))
        return receipt
    }

    /// Does what the doctor advises for messages that must be delivered again.
    func rewind(_ findings: [JSONValue]) async throws {
        for service in platform.services.values { await service.stop() }
        for finding in findings {
            let advice = finding["next"]?.string ?? ""
            let words = advice.split(separator: " ").map { String($0.filter { $0 != "," }) }
            let start = try #require(words.firstIndex(of: "egovctl"))
            // egovctl topics rewind --service NAME --to TIME
            // Until the group has let go those who were killed in the disaster, it says that the service runs.
            try await eventually("\(advice.prefix(60)) is done") {
                let outcome = try await platform.egovctl(
                    words[start + 1], words[start + 2], words[start + 3], words[start + 4], words[start + 5], words[start + 6])
                #expect([0, 4].contains(outcome.code), "\(outcome.text)")
                return outcome.code == 0
            }
        }
        for service in platform.services.values { try await service.start() }
        for service in platform.services.values { try await service.ready() }
    }
}
