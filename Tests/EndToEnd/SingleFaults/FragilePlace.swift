import Contracts
import EventLoop
import FoundationEssentials
import Glibc
import Kafka
import Postgres
import TestSupport
import Testing

/// What a message asks of the fragile service.
struct FragileOrder: Sendable {
    enum Act: String, Sendable { case effect, crash, schedule, scheduleCrash }
    var item: String?
    var step: Int
    var act: Act

    init(_ item: String?, _ step: Int, _ act: Act) {
        self.item = item
        self.step = step
        self.act = act
    }
}

/// Instances of the service that ends when a message says so, with a database, a topic and a supervisor that starts them again.
@Loop final class FragilePlace {
    let prefix = "fragile-\(UUID().uuidString.lowercased().prefix(8))"
    let database: ServiceDatabase
    private let folder: String
    private let partitions: Int
    private var instances: [ServiceProcess] = []
    private var supervisor: Task<Void, Never>?
    /// How often an instance has ended by itself.
    private(set) var ends = 0

    nonisolated static func run(
        instances: Int = 1, partitions: Int = 1, startsNow: Bool = true, settings: [String: String] = [:],
        _ body: @escaping @Loop @Sendable (FragilePlace) async throws -> Void
    ) async throws {
        try await Loop.run {
            let place = try await FragilePlace(partitions)
            let outcome: Result<Void, any Error>
            do {
                try await place.prepare(instances, settings)
                if startsNow { try await place.start() }
                outcome = .success(try await body(place))
            } catch { outcome = .failure(error) }
            await place.end()
            try outcome.get()
        }
    }

    private init(_ partitions: Int) async throws {
        self.partitions = partitions
        folder = "\(Platform.variable("TEST_STATE") ?? "/tmp")/\(prefix)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        database = try await ServiceDatabase(on: Servers.database ?? "", prefix)
    }

    private var kafka: KafkaOptions { KafkaOptions(bootstrap: Servers.kafka ?? "", clientID: "fragile-test", properties: [:]) }
    private var topic: String { "\(prefix).fragile.step.v1" }

    private func prepare(_ count: Int, _ settings: [String: String]) async throws {
        let admin = try Admin(kafka)
        if Servers.isRealKafka { try await admin.createTopics([TopicSpec(name: topic, partitions: partitions, replication: 1)]) }
        await admin.close()
        let keys = try PlatformKeys(folder: folder)
        let environment = [
            "HTTP_LISTEN": "127.0.0.1:0", "DATABASE_URL": database.url, "KAFKA_BOOTSTRAP": Servers.kafka ?? "", "TOPIC_PREFIX": prefix,
            "TOKEN_KEYS": keys.jwksFile, "SIGNING_KEY_FILE": "\(folder)/e-license.signing.pem",
            "OPENING_KEY_FILE": "\(folder)/e-license.opening.pem", "DATA_DIRECTORY": folder,
        ].merging(settings) { $1 }
        for number in 1...count {
            var own = environment
            own["KAFKA_INSTANCE_ID"] = "fragile-\(number)"
            let place = "\(folder)/\(number)"
            try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
            instances.append(ServiceProcess("fragile", "fragile-\(number)", binary: "\(Platform.binaries)/FragileService", environment: own, folder: place))
        }
        try await instances[0].command("migrate")
    }

    /// Starts the instances, and from then on again whatever has ended.
    func start() async throws {
        for instance in instances { try await instance.start() }
        for instance in instances { try await instance.ready() }
        supervisor = Loop.spawn { await self.startAgain() }
    }

    private func startAgain() async {
        while !Task.isCancelled {
            for instance in instances where !instance.isRunning && !Task.isCancelled {
                ends += 1
                try? await instance.start()
            }
            try? await Loop.sleep(for: .milliseconds(50))
        }
    }

    private func end() async {
        supervisor?.cancel()
        await supervisor?.value
        for instance in instances { await instance.stop() }
        await database.remove()
        try? FileManager.default.removeItem(atPath: folder)
    }

    var isEveryoneRunning: Bool { instances.allSatisfy(\.isRunning) }
    func everyoneIsReady() async throws { for instance in instances { try await instance.ready() } }

    var pid: pid_t? { instances.first?.pid }

    /// Publishes orders; one without an item has no key.
    func publish(_ orders: [FragileOrder], type: String = "step-taken") async throws {
        let producer = try Producer(kafka)
        try await producer.send(orders.map { order in
            let item = order.item ?? "keyless"
            return KafkaRecord(
                topic: topic, partition: partitions == 1 ? 0 : nil, key: order.item.map { Array($0.utf8) },
                value: Array(#"{"order":{"item":"\#(item)","step":\#(order.step),"act":"\#(order.act.rawValue)"}}"#.utf8),
                headers: [
                    KafkaHeader("ce_specversion", "1.0"), KafkaHeader("ce_id", UUID.v7().text), KafkaHeader("ce_source", "/fragile"),
                    KafkaHeader("ce_type", "kz.egov.fragile.\(type).v1"), KafkaHeader("ce_time", "\(Timestamp.now)"),
                    KafkaHeader("content-type", "application/json"),
                ])
        })
        await producer.close()
    }

    /// The steps that took effect, by item and in their order.
    func effects() async throws -> [String: [Int]] {
        let rows = try await database.reader.fetch(Query.all("SELECT item, step FROM effect ORDER BY seq") { row in
            (try row.column(0, as: String.self), Int(try row.column(1, as: Int64.self)))
        })
        return Dictionary(grouping: rows, by: \.0).mapValues { $0.map(\.1) }
    }

    /// What is parked: key and error, in the order of the topic.
    func parked() async throws -> [(key: String?, error: String)] {
        try await database.reader.fetch(Query.all("SELECT key, error FROM parked WHERE state = 'parked' ORDER BY \"offset\"") { row in
            ((try row.column(0) as [UInt8]?).map { String(decoding: $0, as: UTF8.self) }, try row.column(1))
        })
    }
}
