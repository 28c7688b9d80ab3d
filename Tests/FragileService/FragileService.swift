import Contracts
import EventLoop
import Glibc
import Messaging
import Postgres
import ServiceKit

/// A service for tests, whose handlers do what a message asks of them: make an effect, end the process, or schedule a timer that does.
@main struct FragileService: Service {
    nonisolated static var contract: ServiceContract {
        ServiceContract(
            name: "fragile", title: LocalizedText(kk: "Сынақ", ru: "Проверка", en: "A test's"), port: 0, operations: [],
            topics: [StepTaken.topic])
    }
    nonisolated static var migrations: MigrationSet {
        MigrationSet(series: "fragile", migrations: [Migration(number: 1, name: "fragile", sql: """
            CREATE TABLE effect (seq bigint GENERATED ALWAYS AS IDENTITY, item text NOT NULL, step bigint NOT NULL)
            """)])
    }

    init(_ surroundings: Surroundings) async throws {}

    var body: ServiceBody {
        ServiceBody(
            .write(on: StepTaken.self) { event, work in try carryOut(event.order, work) },
            .decide(on: StepDecided.self) { event, work in
                _ = try await work.fetch(Query("SELECT 1") { $0.count })
                try carryOut(event.order, work)
            },
            .decide(at: StepDue.self) { timer, work in try carryOut(timer.order, work) })
    }
}

/// What a message or timer asks for.
struct Order: Codable, Sendable {
    enum Act: String, Codable, Sendable { case effect, crash, schedule, scheduleCrash }
    var item: String
    var step: Int
    var act: Act
}

/// Handled in company.
struct StepTaken: Event {
    var order: Order
    static let type = "kz.egov.fragile.step-taken.v1"
    static let topic = Topic("fragile", "step")
    static let summary = "A step was taken."
    var key: String { order.item }
}

/// Handled alone.
struct StepDecided: Event {
    var order: Order
    static let type = "kz.egov.fragile.step-decided.v1"
    static let topic = Topic("fragile", "step")
    static let summary = "A step was decided."
    var key: String { order.item }
}

struct StepDue: TimerEvent {
    var order: Order
    static let type = "step-due"
    var key: String { order.item }
}

@Loop private func carryOut(_ order: Order, _ work: Work) throws {
    switch order.act {
    case .crash: abort()
    case .effect: work.save("INSERT INTO effect (item, step) VALUES (\(order.item), \(Int64(order.step)))")
    case .schedule, .scheduleCrash:
        let later = Order(item: order.item, step: order.step, act: order.act == .schedule ? .effect : .crash)
        try work.schedule(StepDue(order: later), at: work.now)
    }
}
