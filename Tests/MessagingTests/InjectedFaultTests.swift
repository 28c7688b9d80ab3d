import CLibrdkafka
import Contracts
import EventLoop
import Kafka
@testable import Messaging
import Postgres
import TestSupport
import Testing

/// What no real broker does on demand: refusals of every kind of request, long ways, a broker that comes and goes, in a seed's order.
@Suite(.enabled(if: Servers.areThere), .serialized) struct InjectedFaultTests {
    @Test(arguments: [1, 2] as [UInt64])
    func `whatever a broker answers, messages are published in order and take effect once`(_ seed: UInt64) async throws {
        try await withMock { mock in
            // The mock knows nothing of idempotent producers: with several requests under way it would itself put them out of order.
            let kafka = mock.options("injected", ["max.in.flight": "1", "reconnect.backoff.max.ms": "500"])
            try await Workshop.run(on: kafka) { shop in
                mock.createTopic(shop.topic, partitions: 4)
                let relays = ["first", "second"].map { Relay(database: shop.pool($0), kafka: shop.kafka, prefix: shop.place.prefix, batchSize: 40) }
                let consumers = try ["one", "two"].map { try shop.consumer($0, [shop.moving($0)]) }
                for relay in relays { relay.start() }
                for consumer in consumers { consumer.start() }

                var injector = Injector(mock, seed: seed)
                for step in 1...InjectedFaultTests.steps {
                    try await shop.emit(moves(items: 20, steps: step...step))
                    relays.forEach { $0.wake() }
                    try await injector.inject()
                }
                injector.heal()
                let expected = allSteps(items: 20, steps: 1...InjectedFaultTests.steps)
                try await eventually("the outbox is empty") { try await shop.count("outbox") == 0 }
                try await eventually("all messages took effect") { try await shop.count("effect") >= 20 * InjectedFaultTests.steps }
                #expect(try await shop.effects().steps == expected, "seed \(seed): \(injector.done)")
                #expect(try await shop.published().firstSteps() == expected, "seed \(seed): \(injector.done)")
                #expect(try await shop.count("inbox") == 20 * InjectedFaultTests.steps)
                #expect(try await shop.count("parked") == 0)
                for consumer in consumers { await consumer.stop() }
                for relay in relays { await relay.stop() }
            }
        }
    }

    private static let steps = 40
}

/// Faults of a mock cluster, one after another.
@Loop private struct Injector {
    private let mock: MockCluster
    private var random: SeededNumbers
    private(set) var done: [String] = []

    /// Requests and the refusals that brokers have for them.
    private static let refusals: [(name: String, api: Int16, codes: [rd_kafka_resp_err_t])] = [
        ("produce", Api.produce, [
            RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT, RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS,
            RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND, RD_KAFKA_RESP_ERR__TRANSPORT,
        ]),
        ("fetch", Api.fetch, [
            RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE, RD_KAFKA_RESP_ERR__TRANSPORT,
        ]),
        ("offset commit", Api.offsetCommit, [
            RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_NOT_COORDINATOR, RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS,
            RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION, RD_KAFKA_RESP_ERR__TRANSPORT,
        ]),
        ("offset fetch", Api.offsetFetch, [RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS, RD_KAFKA_RESP_ERR_NOT_COORDINATOR]),
        ("find coordinator", Api.findCoordinator, [RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE]),
        ("heartbeat", Api.heartbeat, [
            RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID, RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION, RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS,
            RD_KAFKA_RESP_ERR_NOT_COORDINATOR,
        ]),
        ("join", Api.joinGroup, [RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID]),
        ("sync", Api.syncGroup, [RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS, RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID]),
    ]

    init(_ mock: MockCluster, seed: UInt64) {
        self.mock = mock
        random = SeededNumbers(seed: seed)
    }

    /// One fault, and a pause of up to a quarter of a second.
    mutating func inject() async throws {
        switch random.number(0...9) {
        case 0:
            mock.setDown(true)
            let time = random.milliseconds(50...1500)
            done.append("down for \(time)")
            try await Loop.sleep(for: time)
            mock.setDown(false)
        case 1...2:
            let way = Int32(random.number(0...150))
            done.append("\(way) ms away")
            mock.setRoundTrip(way)
        default:
            guard let refusal = Self.refusals.randomElement(using: &random), let code = refusal.codes.randomElement(using: &random) else { return }
            let count = random.number(1...4)
            done.append("\(count) × \(refusal.name): \(String(cString: rd_kafka_err2name(code)))")
            mock.answer(refusal.api, with: Array(repeating: code, count: count))
        }
        try await Loop.sleep(for: random.milliseconds(0...250))
    }

    func heal() {
        mock.setRoundTrip(0)
        for refusal in Self.refusals { mock.answerAsUsual(refusal.api) }
    }
}
