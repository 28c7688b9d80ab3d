import CommandLine
import Contracts
import EventLoop
import Kafka

/// Lets a service hear again what it has heard.
enum RewindCommand {
    private static let to = Option<Timestamp>("to", "What was written at this moment or later comes again.", value: "time", parse: { word in
        guard let moment = Timestamp(rfc3339: word) else { throw Fault("\"\(word)\" is no time like 2015-12-01T06:00:00Z") }
        return moment
    })

    static let rewind = Command(
        "rewind", "Let what a service has heard since a moment be delivered again.",
        discussion: """
            For a service whose database was restored to an earlier moment: egovctl doctor says when it is needed, and the moment. Of what \
            the service knows nothing has a second effect, so an earlier moment does no harm. The service must be stopped meanwhile.
            """,
        parameters: [to], examples: ["egovctl topics rewind --service e-license --to 2027-03-01T08:30:00Z"],
        exitCodes: [.unavailable: "Kafka does not answer", .refused: "the service runs"]
    ) { arguments in
        let platform = try Platform(arguments)
        let moment = try arguments[to]
        guard platform.services.count == 1, let service = platform.services.first else {
            throw CommandFailure("say which service: one", advice: "--service NAME", exitCode: .usage)
        }
        let table = try await Loop.run { try await TopicAdministration.with(platform) { try await rewind($0, service, moment) } }
        platform.terminal.write(table, asJSON: platform.asJSON)
    }

    @Loop private static func rewind(_ administration: TopicAdministration, _ service: ServiceContract, _ moment: Timestamp) async throws -> Table {
        let (admin, group) = (administration.admin, "\(administration.prefix).\(service.name)")
        guard try await administration.canAdminister() else { throw CommandFailure("this broker has no groups that could be rewound (DevBroker)") }
        let members = try await admin.describeGroup(group).members
        guard members.isEmpty else {
            throw CommandFailure(
                "\(service.name) runs: \(members.map { "\($0.clientID) on \($0.host)" }.joined(separator: ", "))",
                advice: "stop all its instances first; one that was killed is let go after its session's time, 45 s at most", exitCode: .refused)
        }
        let names = service.heard.map { $0.name(prefix: administration.prefix) }
        let lag = try await admin.groupLag(group, topics: names)
        let starts = try await admin.offsets(at: moment.microseconds, lag.map(\.partition))
        var offsets: [TopicPartition: Int64] = [:]
        var table = Table(["TOPIC", .init("PARTITION", .right), .init("FROM", .right), .init("TO", .right), .init("AGAIN", .right)], empty: "Nothing to rewind.")
        for place in lag {
            // Only back: what has not been heard yet is not passed over.
            guard let start = starts[place.partition], let committed = place.committed, start < committed else { continue }
            offsets[place.partition] = start
            table.add([
                .text(place.partition.topic), .int(Int(place.partition.partition)), .int(Int(committed)), .int(Int(start)), .int(Int(committed - start)),
            ])
        }
        try await admin.setCommittedOffsets(group, offsets)
        return table
    }
}
