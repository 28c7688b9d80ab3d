import Contracts
import EventLoop
import FoundationEssentials
import Glibc
import Kafka
import Postgres
import TestSupport

// Faults within the servers: backends that end or stand still, and messages that come again.
extension Saboteur {
    /// Some of a database's connections, in the middle of whatever they do.
    func endBackends() async throws -> String {
        guard let database = platform.databases.values.randomElement(using: &random) else { return "" }
        let most = random.number(1...6)
        let ended = try? await database.count("""
            (SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE datname = current_database() AND pid <> pg_backend_pid() AND usename = datname ORDER BY random() LIMIT \(Int64(most))) AS ended
            """)
        return "\(ended ?? 0) of them"
    }

    /// SIGKILL lets PostgreSQL end all its backends and recover; SIGSTOP holds up one of them, with its locks.
    func signalBackend(_ number: Int32) async throws -> String {
        guard let database = platform.databases.values.randomElement(using: &random) else { return "" }
        let query = Query<Int32?>("""
            SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND usename = datname
            ORDER BY state = 'idle', random() LIMIT 1
            """) { try $0.first?.column(0) }
        guard let pid = try? await database.reader.fetch(query) else { return "none to be had" }
        kill(pid, number)
        if number == SIGSTOP {
            let time = random.milliseconds(300...5000)
            last(for: time) { kill(pid, SIGCONT) }
            return "for \(time)"
        }
        return ""
    }

    /// While a service is down: what its group has committed must have had its effect; then it gets some of it once more.
    func setOffsetsBack() async throws -> String {
        let chosen = both().compactMap { $0 }
        guard let name = chosen.first?.name else { return "none to be had" }
        for service in chosen { await stopInOrder(service) }
        let note: String
        do { note = try await setOffsetsBack(of: name) } catch { note = "not done: \(error)" }
        for service in chosen { try await service.start() }
        return "\(names(chosen)), \(note)"
    }

    private func setOffsetsBack(of name: ServiceName) async throws -> String {
        let offsets = try await Offsets(platform, consumer: name)
        try await offsets.checkEffects(findings)
        let back = offsets.committed.filter { $0.value > 0 }.sorted { $0.key < $1.key }.map { ($0.key, Int64(random.number(0...Int($0.value)))) }
        guard !back.isEmpty else { return "nothing committed yet" }
        let admin = try Admin(platform.kafka)
        do { try await setBack(offsets, Dictionary(back) { $1 }, admin) } catch {
            await admin.close()
            throw error
        }
        await admin.close()
        return "\(back.reduce(0) { $0 + (offsets.committed[$1.0] ?? 0) - $1.1 }) messages again"
    }

    /// A member that was killed before stays in the group until its session is over.
    private func setBack(_ offsets: Offsets, _ places: [TopicPartition: Int64], _ admin: Admin) async throws {
        let deadline = Loop.now + .seconds(20)
        while true {
            do { return try await admin.setCommittedOffsets(offsets.group, places) } catch {
                guard Loop.now < deadline else { throw error }
                try await Loop.sleep(for: .milliseconds(500))
            }
        }
    }

    /// Up to fifty records of a topic once more, byte for byte.
    func produceAgain() async -> String {
        do {
            let topic = random.isChosen(oneIn: 2) ? Topic.inquiries(to: .naturalPersons) : .answers(to: .eLicense)
            let records = try await platform.records(of: topic).shuffled(using: &random).prefix(50)
            let producer = try Producer(platform.kafka)
            try? await producer.send(records.map {
                KafkaRecord(topic: $0.topic, partition: $0.partition, key: $0.key, value: $0.value, headers: $0.headers)
            })
            await producer.close()
            return "\(records.count) of \(topic == .answers(to: .eLicense) ? "the answers" : "the inquiries")"
        } catch {
            return "not done: \(error)"
        }
    }
}
