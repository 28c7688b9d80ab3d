import CommandLine
import Contracts
import EventLoop
import HTTP
import Kafka

/// Looks at everything twice, a moment apart: what grows or stands still shows only so.
struct Examination: Sendable {
    let platform: Platform
    let token: String
    let pause: Duration

    func survey() async throws -> Survey {
        let services = platform.services.map(\.name)
        return try await Loop.run {
            let client = ServiceClient(platform)
            let first = await Self.ask(client, services, token)
            let before: Result<[String: [PartitionLag]], any Error>
            do { before = .success(try await TopicAdministration.with(platform) { try await $0.groups() }) } catch { before = .failure(error) }
            try await Loop.sleep(for: pause)
            var second = await Self.ask(client, services, token)
            for index in second.indices { second[index].before = first[index].report }
            for index in second.indices where second[index].report == nil {
                second[index].isAlive = await client.isAlive(second[index].service)
            }
            // Brokers that did not answer a moment ago are not waited for again.
            let brokers = await BrokerExamination(platform: platform, client: client, token: token).look(second.compactMap(\.report), before)
            return Survey(services: second, brokers: brokers)
        }
    }

    /// What the services say of themselves, one after the other.
    @Loop static func ask(_ client: ServiceClient, _ services: [ServiceName], _ token: String) async -> [ServiceView] {
        var views: [ServiceView] = []
        for service in services {
            var view = ServiceView(service: service)
            let (asked, began) = (Timestamp.now, Loop.now)
            do {
                let report = try await client.call(Operations.status(for: service), Empty(), as: token)
                let way = Loop.now - began
                // Taken for the middle of the way there and back; it can be off by half of it.
                if let now = report.details?.now { view.skew = (now - (asked + way / 2), way / 2) }
                view.report = report
            } catch {
                view.failure = error as? CommandFailure ?? CommandFailure("\(error)")
            }
            views.append(view)
        }
        return views
    }
}

extension ServiceClient {
    /// Whether a service's process answers at all.
    func isAlive(_ service: ServiceName) async -> Bool {
        await status(of: "/livez", service) == 200
    }
}
