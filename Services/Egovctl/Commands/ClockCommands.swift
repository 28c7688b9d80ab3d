import CommandLine
import Contracts
import EventLoop

/// The clock of law and deadlines, which only a development profile can move.
enum ClockCommands {
    static let clock = Command(
        "clock", "The clock of law and deadlines, which a development profile can move.",
        discussion: "It moves forward only, since what came to pass by it stays so. Services of a production profile do not have it.",
        examples: ["egovctl clock show", "egovctl clock advance --days 20"], subcommands: [show, advance])

    private static let exitCodes: KeyValuePairs<ExitCode, String> = [
        .unavailable: "a service does not answer", .refused: "refused by a right or a rule",
    ]

    static let show = Command(
        "show", "What the services take for now.", parameters: SignIn.operator, examples: ["egovctl clock show"], exitCodes: exitCodes
    ) { arguments in
        let platform = try Platform(arguments)
        let token = try SignIn.operator(arguments, platform)
        let services = platform.services.map(\.name)
        let readings = try await platform.asking { try await $0.clocks(of: services, as: token) }
        platform.terminal.write(table(readings), asJSON: platform.asJSON)
    }

    private static let days = Option<Int?>("days", "So many days on from what they show.")
    private static let to = Option<Timestamp?>("to", "To this moment, 2015-12-01T06:00:00Z.", value: "time", parseIfGiven: { word in
        guard let moment = Timestamp(rfc3339: word) else { throw Fault("\"\(word)\" is no time like 2015-12-01T06:00:00Z") }
        return moment
    })

    static let advance = Command(
        "advance", "Move the clocks of all services forward, to one and the same moment.", parameters: [days, to] + SignIn.operator,
        examples: ["egovctl clock advance --days 20", "egovctl clock advance --to 2027-01-01T00:00:00Z"], exitCodes: exitCodes
    ) { arguments in
        let platform = try Platform(arguments)
        let (days, to) = (try arguments[days], try arguments[to])
        guard (days == nil) != (to == nil), days ?? 1 > 0, days ?? 1 <= 36_500 else {
            throw CommandFailure("say how far: --days N (1 to 36500), or --to TIME", exitCode: .usage)
        }
        let token = try SignIn.operator(arguments, platform)
        let services = platform.services.map(\.name)
        let readings = try await platform.asking { client in
            let present = try await client.clocks(of: services, as: token)
            let latest = present.map(\.reading.now).max() ?? .now
            return try await client.moveClocks(of: services, to: to ?? latest + .seconds(Int64(days ?? 0) * 86_400), as: token)
        }
        platform.terminal.write(table(readings), asJSON: platform.asJSON)
    }

    private static func table(_ readings: [ServiceReading]) -> Table {
        var table = Table(["SERVICE", "NOW", .init("AHEAD", .right, key: "ahead_seconds")])
        for reading in readings {
            table.add([.text(reading.service.rawValue), .init(reading.reading.now), .int(Int(reading.reading.offsetSeconds))])
        }
        return table
    }
}

/// What one service's clock shows.
struct ServiceReading: Sendable {
    let service: ServiceName
    let reading: DevelopmentClock.Reading
}

extension ServiceClient {
    func clocks(of services: [ServiceName], as token: String) async throws -> [ServiceReading] {
        var readings: [ServiceReading] = []
        for service in services {
            guard let reading = try await ifFound(DevelopmentClock.read(for: service), Empty(), as: token) else {
                throw CommandFailure(
                    "\(service) has no clock that can be moved", advice: "it must run with PROFILE=development", exitCode: .refused)
            }
            readings.append(ServiceReading(service: service, reading: reading))
        }
        return readings
    }

    /// Moves all clocks to a moment; one that is past it already stays, since clocks do not go back.
    func moveClocks(of services: [ServiceName], to moment: Timestamp, as token: String) async throws -> [ServiceReading] {
        var readings: [ServiceReading] = []
        for present in try await clocks(of: services, as: token) {
            guard present.reading.now < moment else {
                readings.append(present)
                continue
            }
            let move = DevelopmentClock.move(for: present.service)
            readings.append(ServiceReading(
                service: present.service, reading: try await call(move, DevelopmentClock.Move(to: moment), as: token)))
        }
        return readings
    }
}
