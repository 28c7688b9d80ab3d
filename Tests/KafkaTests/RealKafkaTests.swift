import EventLoop
import Foundation
import Testing
@testable import Kafka

/// Apache Kafka's address; DevBroker cannot do what these tests are about.
private let bootstrap: String? = {
    let environment = ProcessInfo.processInfo.environment
    return environment["TEST_BROKER"] == "dev-broker" ? nil : environment["TEST_KAFKA_BOOTSTRAP"]
}()

/// Against Apache Kafka; each test has topics and groups of its own, and takes the topics away.
@Suite(.enabled(if: bootstrap != nil)) struct RealKafkaTests {
    @Test func `topics are made with their settings, once, described, widened and taken away`() async throws {
        try await withTopic(partitions: 2, config: ["retention.ms": "-1", "flush.messages": "1"]) { admin, topic in
            #expect(try await admin.createTopics([TopicSpec(name: topic, partitions: 7)]).map(\.kind) == [.existed])
            #expect(try await admin.describeTopics([topic]).first?.partitions.map(\.number) == [0, 1])
            let own = try await admin.topicConfig(topic).filter(\.isOwn)
            #expect(own.map { "\($0.name)=\($0.value ?? "")" } == ["flush.messages=1", "retention.ms=-1"])
            try await admin.alterTopicConfig(topic, ["retention.ms": "1000"])
            try await eventually("the change is seen, the other setting kept") {
                try await admin.topicConfig(topic).filter(\.isOwn).map { "\($0.name)=\($0.value ?? "")" } == ["flush.messages=1", "retention.ms=1000"]
            }
            try await admin.addPartitions(to: topic, total: 5)
            try await eventually("the new partitions are seen") { try await admin.describeTopics([topic]).first?.partitions.count == 5 }
            let error = await #expect(throws: KafkaError.self) {
                try await admin.createTopics([TopicSpec(name: topic + "-bad", partitions: 1, config: ["no.such": "1"])])
            }
            #expect(error?.reason.contains(topic + "-bad") == true)
        }
    }

    @Test func `a group's members, offsets and lag are seen from outside`() async throws {
        try await withTopic(partitions: 2) { admin, topic in
            try await produce(topic, (0..<10).map { ("\($0)", Int32($0 % 2)) })
            let group = topic + "-group"
            let consumer = try Consumer(options("reader"), group: group, topics: [topic]) { _ in .done }
            consumer.start()
            try await eventually("all is committed") { try await admin.groupLag(group, topics: [topic]).map(\.lag) == [0, 0] }
            let seen = try await admin.describeGroup(group)
            #expect(seen.state == "Stable")
            #expect(seen.members.map(\.clientID) == ["reader"])
            #expect(seen.members.first?.partitions == [TopicPartition(topic, 0), TopicPartition(topic, 1)])
            #expect(try await admin.listGroups().contains(group))
            try await eventually("its own view of the lag") { consumer.status.map(\.lag) == [0, 0] }
            await consumer.stop()
            #expect(try await admin.describeGroup(group).members.isEmpty)
            try await produce(topic, [("more", 0), ("more", 0)])
            let lag = try await admin.groupLag(group, topics: [topic])
            #expect(lag.map(\.lag) == [2, 0])
            #expect(lag.map(\.committed) == [5, 5])
            #expect(lag[0].watermarks == Watermarks(low: 0, high: 7))
        }
    }

    @Test func `stretches are read without the rest, and a moment has its offsets`() async throws {
        try await withTopic(partitions: 2) { admin, topic in
            try await produce(topic, (0..<10).map { ("\($0)", Int32($0 % 2)) })
            let places = [TopicPartition(topic, 0), TopicPartition(topic, 1)]
            let reader = try TopicReader(options("reader"))
            let seen = Collected()
            try await reader.read(topic, within: [0: 2..<4, 7: 0..<9]) { seen.add([$0]) }
            #expect(seen.records.map { "\($0.partition)/\($0.offset)" } == ["0/2", "0/3"])
            try await reader.read(topic, within: [1: 4..<99]) { seen.add([$0]) }
            #expect(seen.records.count == 3)
            let moments = try await reader.records(of: topic).filter { $0.offset == 3 }.compactMap(\.timestamp)
            await reader.close()
            #expect(try await admin.offsets(at: 0, places) == [places[0]: 0, places[1]: 0])
            #expect(try await admin.offsets(at: (moments.max() ?? 0) + 3_600_000_000, places) == [places[0]: 5, places[1]: 5])
            #expect(try await admin.offsets(at: moments.max() ?? 0, places).values.allSatisfy { $0 <= 3 })
        }
    }

    @Test func `partitions move to a newcomer after held work: nothing lost, nothing twice`() async throws {
        try await withTopic(partitions: 4) { admin, topic in
            try await produce(topic, (0..<40).map { ("\($0)", Int32($0 % 4)) })
            let gate = Promise<Void>()
            let begun = Promise<Void>()
            let seen = Collected()
            let one = try Consumer(options("one"), group: topic, topics: [topic]) { batch in
                begun.succeed(())
                try? await gate.value()
                seen.add(batch.records)
                return .done
            }
            one.start()
            try await withTimeout(.seconds(30)) { try await begun.value() }
            let two = try Consumer(options("two"), group: topic, topics: [topic]) { batch in
                seen.add(batch.records)
                return .done
            }
            two.start()
            try await eventually("work is held back for the newcomer") { one.isReleasing }
            gate.succeed(())
            try await eventually("both have their half") { one.assignment.count == 2 && two.assignment.count == 2 }
            try await produce(topic, (40..<80).map { ("\($0)", Int32($0 % 4)) })
            try await seen.reach(80)
            await two.stop()
            try await eventually("the first has them all again") { one.assignment.count == 4 }
            try await produce(topic, (80..<84).map { ("\($0)", Int32($0 % 4)) })
            try await seen.reach(84)
            await one.stop()
            #expect(seen.records.count == 84)
            for (_, records) in Dictionary(grouping: seen.records, by: \.partition) {
                #expect(records.map(\.offset) == Array(0..<21))
            }
        }
    }

    @Test func `a committed offset that the topic does not hold stops the partition, others go on`() async throws {
        try await withTopic(partitions: 2) { admin, topic in
            try await produce(topic, (0..<10).map { ("\($0)", Int32($0 % 2)) })
            try await admin.setCommittedOffsets(topic, [TopicPartition(topic, 0): 1000])
            #expect(try await admin.groupLag(topic, topics: [topic]).map(\.isOutOfRange) == [true, false])
            let alarms = Alarms()
            let seen = Collected()
            let consumer = try Consumer(options("reader"), group: topic, topics: [topic], onAlarm: alarms.add) { batch in
                seen.add(batch.records)
                return .done
            }
            consumer.start()
            try await seen.reach(5)
            try await eventually("the alarm") { alarms.texts.count == 1 }
            #expect(seen.records.allSatisfy { $0.partition == 1 })
            #expect(alarms.texts[0].hasPrefix("\(topic)/0 is stopped, its offset is out of range"))
            await consumer.stop()
            #expect(try await admin.committedOffsets(topic, [TopicPartition(topic, 0)]) == [TopicPartition(topic, 0): 1000])
        }
    }

    @Test func `a consumer that is there before its topic sees it appear`() async throws {
        try await withTopic(partitions: 1) { admin, topic in
            let seen = Collected()
            let late = topic + "-late"
            let consumer = try Consumer(options("early", ["topic.metadata.refresh.interval.ms": "500"]), group: topic, topics: [late]) { batch in
                seen.add(batch.records)
                return .done
            }
            consumer.start()
            try await Loop.sleep(for: .milliseconds(500))
            try await admin.createTopics([TopicSpec(name: late, partitions: 1, replication: 1)])
            try await produce(late, [("here", 0)])
            try await seen.reach(1)
            await consumer.stop()
            try await admin.deleteTopics([late])
        }
    }

    @Test func `a reader gives all records of all partitions and says when there is no such topic`() async throws {
        try await withTopic(partitions: 3) { _, topic in
            let reader = try TopicReader(options("reader"))
            #expect(try await reader.records(of: topic).isEmpty)
            try await produce(topic, (0..<3000).map { ("\($0)", Int32($0 % 2)) })
            let records = try await reader.records(of: topic)
            #expect(records.map { Int($0.text) ?? -1 } == Array(stride(from: 0, to: 3000, by: 2)) + Array(stride(from: 1, to: 3000, by: 2)))
            let tail = Collected()
            try await reader.read(topic, from: [0: 1499, 1: 1500]) { tail.add([$0]) }
            #expect(tail.texts == ["2998"])
            let error = await #expect(throws: KafkaError.self) { try await reader.records(of: topic + "-none") }
            #expect(error?.code == .unknownTopic)
            await reader.close()
        }
    }

    @Test func `a handler slower than the broker loses nothing, and waiting records stay bounded`() async throws {
        try await withTopic(partitions: 1) { _, topic in
            let count = 60_000
            // What cannot be compressed: the client bounds what it holds decompressed by whole fetches.
            let texts = (0..<200).map { _ in (0..<32).map { _ in String(UInt64.random(in: .min ... .max), radix: 16) }.joined() }
            for _ in 0..<6 { try await produce(topic, (0..<count / 6).map { (texts[$0 % texts.count], 0) }) }
            let progress = Progress()
            let consumer = try Consumer(options("slow"), group: topic, topics: [topic]) { batch in
                try? await Loop.sleep(for: .milliseconds(5))
                progress.add(batch.records)
                return .done
            }
            consumer.start()
            try await eventually("all have come", within: .seconds(60)) {
                progress.mostWaiting = max(progress.mostWaiting, consumer.status.first?.waitingRecords ?? 0)
                return progress.next == count
            }
            #expect(progress.inOrder)
            // Two megabytes may wait, and a fetch on top.
            #expect(progress.mostWaiting <= 12_000)
            await consumer.stop()
        }
    }
}

@Loop private final class Progress {
    var next: Int64 = 0
    var inOrder = true
    var mostWaiting = 0

    func add(_ records: [ConsumedRecord]) {
        for record in records {
            if record.offset != next { inOrder = false }
            next = record.offset + 1
        }
    }
}

private func options(_ clientID: String, _ properties: [String: String] = [:]) -> KafkaOptions {
    KafkaOptions(bootstrap: bootstrap ?? "", clientID: clientID, properties: properties)
}

@Loop private func produce(_ topic: String, _ values: [(text: String, partition: Int32)]) async throws {
    let producer = try Producer(options("sender"))
    try await producer.send(values.map { KafkaRecord(topic, $0.text, partition: $0.partition) })
    await producer.close()
}

private func withTopic(
    partitions: Int, config: [String: String] = [:], _ body: @escaping @Loop @Sendable (Admin, String) async throws -> Void
) async throws {
    try await Loop.run {
        let admin = try Admin(options("admin"))
        let topic = "test-kafka-\(UUID().uuidString.lowercased())"
        #expect(try await admin.createTopics([TopicSpec(name: topic, partitions: partitions, replication: 1, config: config)]).map(\.kind) == [.made])
        let result: Result<Void, any Error>
        do { result = .success(try await body(admin, topic)) } catch { result = .failure(error) }
        try await admin.deleteTopics([topic])
        await admin.close()
        try result.get()
    }
}
