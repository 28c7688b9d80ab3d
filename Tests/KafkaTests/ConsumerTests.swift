import CLibrdkafka
import EventLoop
import Telemetry
import TestSupport
import Testing
@testable import Kafka

/// The mock makes the first member of a group wait three seconds, so these run side by side.
@Suite struct ConsumerTests {
    @Test func `records arrive in batches, in order, and a second consumer goes on where the first has committed`() async throws {
        try await withMock { mock in
            mock.createTopic("resume", partitions: 2)
            try await mock.send("resume", (0..<100).map { ("\($0)", Int32($0 % 2)) })
            let first = Collected()
            var limits = ConsumerLimits()
            limits.records = 7
            let one = try Consumer(mock.options("one"), group: "g", topics: ["resume"], limits: limits) { batch in
                #expect(batch.records.count <= 7 && !batch.records.isEmpty)
                #expect(Set(batch.records.map(\.partition)) == [batch.partition])
                first.add(batch.records)
                return .done
            }
            one.start()
            try await first.reach(100)
            #expect(one.assignment == [TopicPartition("resume", 0), TopicPartition("resume", 1)])
            try await eventually("everything is committed") { one.status.allSatisfy { $0.committed == 50 } }
            await one.stop()
            #expect(one.assignment.isEmpty)
            for partition in Int32(0)...1 {
                #expect(first.records.filter { $0.partition == partition }.map(\.offset) == Array(0..<50))
            }
            try await mock.send("resume", [("next", 0)])
            let second = Collected()
            let two = try Consumer(mock.options("two"), group: "g", topics: ["resume"]) { batch in
                second.add(batch.records)
                return .done
            }
            two.start()
            try await second.reach(1)
            await two.stop()
            #expect(second.texts == ["next"])
        }
    }

    @Test func `one batch of a partition at a time, other partitions go on meanwhile`() async throws {
        try await withMock { mock in
            mock.createTopic("slow", partitions: 2)
            try await mock.send("slow", (0..<40).map { ("\($0)", Int32($0 % 2)) })
            let gate = Promise<Void>()
            let busy = Counts()
            let collected = Collected()
            var limits = ConsumerLimits()
            limits.records = 5
            let consumer = try Consumer(mock.options(), group: "g", topics: ["slow"], limits: limits) { batch in
                busy.enter(batch.partition)
                if batch.partition == 0 { try? await gate.value() }
                busy.leave(batch.partition)
                collected.add(batch.records)
                return .done
            }
            consumer.start()
            try await collected.reach(20)
            #expect(collected.records.allSatisfy { $0.partition == 1 })
            try await eventually("the other is in its handler") { consumer.status.first?.isHandling == true }
            gate.succeed(())
            try await collected.reach(40)
            #expect(busy.most == 1)
            await consumer.stop()
        }
    }

    @Test func `while a handler is behind little is fetched, and nothing is lost or out of order`() async throws {
        try await withMock { mock in
            mock.createTopic("behind", partitions: 1)
            // What is fetched comes by whole batches of the producer.
            for part in 0..<30 { try await mock.send("behind", (part * 100..<(part + 1) * 100).map { ("\($0)", 0) }) }
            let collected = Collected()
            let gate = Promise<Void>()
            var limits = ConsumerLimits()
            limits.records = 10
            limits.waitingBytes = 1 << 10
            let consumer = try Consumer(mock.options(), group: "g", topics: ["behind"], limits: limits) { batch in
                try? await gate.value()
                collected.add(batch.records)
                return .done
            }
            consumer.start()
            try await eventually("records wait behind the handler") { (consumer.status.first?.waitingRecords ?? 0) > 0 }
            try await Loop.sleep(for: .milliseconds(300))
            #expect(consumer.status[0].waitingRecords <= 400)
            gate.succeed(())
            try await collected.reach(3000)
            #expect(collected.records.map(\.offset) == Array(0..<3000))
            await consumer.stop()
        }
    }

    @Test func `a partition that its handler stops stands still, uncommitted, with an alarm`() async throws {
        try await withMock { mock in
            mock.createTopic("stopped", partitions: 2)
            try await mock.send("stopped", [("good", 0), ("bad", 0), ("after", 0), ("other", 1)])
            let alarms = Alarms()
            let collected = Collected()
            var limits = ConsumerLimits()
            limits.records = 1
            let consumer = try Consumer(mock.options(), group: "g", topics: ["stopped"], limits: limits, onAlarm: alarms.add) { batch in
                collected.add(batch.records)
                return collected.texts.last == "bad" ? .stop("cannot read it") : .done
            }
            consumer.start()
            try await eventually("the alarm") { alarms.texts == ["stopped/0 is stopped by its handler: cannot read it"] }
            try await mock.send("stopped", [("more", 0), ("more", 1)])
            try await collected.reach(4)
            #expect(collected.texts.sorted() == ["bad", "good", "more", "other"])
            #expect(consumer.status[0].stopReason == "cannot read it")
            try await eventually("what was done is committed") { consumer.status.map(\.committed) == [1, 2] }
            await consumer.stop()
        }
    }

    @Test func `an offset out of range stops the partition with an alarm and skips nothing`() async throws {
        try await withMock { mock in
            mock.createTopic("range", partitions: 1)
            try await mock.send("range", [("a", 0), ("b", 0)])
            try await mock.commit("g", [TopicPartition("range", 0): 1000])
            let alarms = Alarms()
            let collected = Collected()
            let consumer = try Consumer(mock.options(), group: "g", topics: ["range"], onAlarm: alarms.add) { batch in
                collected.add(batch.records)
                return .done
            }
            consumer.start()
            try await eventually("the alarm") { alarms.texts.count == 1 }
            #expect(alarms.texts[0].hasPrefix("range/0 is stopped, its offset is out of range"))
            #expect(collected.records.isEmpty)
            #expect(consumer.status.map { $0.stopReason != nil } == [true])
            await consumer.stop()
            #expect(try await mock.committed("g", [TopicPartition("range", 0)]) == [TopicPartition("range", 0): 1000])
        }
    }

    @Test func `a batch longer in its handler than the limit raises one alarm`() async throws {
        try await withMock { mock in
            mock.createTopic("long", partitions: 1)
            try await mock.send("long", [("a", 0)])
            let alarms = Alarms()
            let gate = Promise<Void>()
            var limits = ConsumerLimits()
            limits.slowHandler = .milliseconds(10)
            let consumer = try Consumer(mock.options(), group: "g", topics: ["long"], limits: limits, onAlarm: alarms.add) { _ in
                try? await gate.value()
                return .done
            }
            consumer.start()
            try await eventually("the alarm") { !alarms.texts.isEmpty }
            #expect(alarms.texts == ["long/0: the batch from offset 0 takes long"])
            gate.succeed(())
            await consumer.stop()
        }
    }

    @Test func `commits that the broker refuses for a while are tried again`() async throws {
        try await withMock { mock in
            mock.createTopic("commits", partitions: 1)
            try await mock.send("commits", [("a", 0), ("b", 0)])
            mock.answer(Api.offsetCommit, with: Array(repeating: RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS, count: 3))
            let consumer = try Consumer(mock.options(), group: "g", topics: ["commits"]) { _ in .done }
            consumer.start()
            try await eventually("the commit") { consumer.status.first?.committed == 2 }
            await consumer.stop()
        }
    }

    @Test func `stopping lets the batch in the handler end, and commits it`() async throws {
        try await withMock { mock in
            mock.createTopic("ending", partitions: 1)
            try await mock.send("ending", [("a", 0), ("b", 0)])
            let begun = Promise<Void>()
            let gate = Promise<Void>()
            let consumer = try Consumer(mock.options(), group: "g", topics: ["ending"]) { _ in
                begun.succeed(())
                try? await gate.value()
                return Task.isCancelled ? .stop("cancelled") : .done
            }
            consumer.start()
            try await withTimeout(.seconds(30)) { try await begun.value() }
            let stopping = Loop.spawn { await consumer.stop() }
            try await Loop.sleep(for: .milliseconds(100))
            gate.succeed(())
            await stopping.value
            #expect(try await mock.committed("g", [TopicPartition("ending", 0)]) == [TopicPartition("ending", 0): 2])
        }
    }

    @Test func `a handler that does not end is cancelled at the deadline, and nothing of it is committed`() async throws {
        try await withMock { mock in
            mock.createTopic("stuck", partitions: 1)
            try await mock.send("stuck", [("a", 0)])
            let begun = Promise<Void>()
            let ended = Promise<Bool>()
            let consumer = try Consumer(mock.options(), group: "g", topics: ["stuck"]) { _ in
                begun.succeed(())
                try? await Loop.sleep(for: .seconds(3600))
                ended.succeed(Task.isCancelled)
                return .done
            }
            consumer.start()
            try await withTimeout(.seconds(30)) { try await begun.value() }
            await consumer.stop(within: .milliseconds(300))
            #expect(try await ended.value())
            #expect(try await mock.committed("g", [TopicPartition("stuck", 0)]).isEmpty)
        }
    }

    @Test func `a consumer that never reached a broker stops within its deadline`() async throws {
        try await Loop.run {
            let consumer = try Consumer(KafkaOptions(bootstrap: "127.0.0.1:1", clientID: "lonely"), group: "g", topics: ["x"]) { _ in .done }
            consumer.start()
            try await Loop.sleep(for: .milliseconds(50))
            try await withTimeout(.seconds(20)) { await consumer.stop(within: .seconds(2)) }
            #expect(consumer.assignment.isEmpty)
        }
    }

    @Test func `a fatal error raises an alarm and gives everything back`() async throws {
        try await withMock { mock in
            mock.createTopic("fenced", partitions: 1)
            try await mock.send("fenced", [("a", 0)])
            let alarms = Alarms()
            let collected = Collected()
            let consumer = try Consumer(mock.options(), group: "g", instanceID: "one", topics: ["fenced"], onAlarm: alarms.add) { batch in
                collected.add(batch.records)
                return .done
            }
            consumer.start()
            try await collected.reach(1)
            mock.answer(Api.heartbeat, with: [RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID])
            try await eventually("the alarm") { !alarms.texts.isEmpty && consumer.assignment.isEmpty }
            #expect(consumer.failure?.isFatal == true)
            await consumer.stop()
        }
    }

    @Test func `with the broker gone a consumer still stops within its deadline`() async throws {
        try await withMock { mock in
            mock.createTopic("gone", partitions: 1)
            try await mock.send("gone", [("a", 0)])
            let collected = Collected()
            let consumer = try Consumer(mock.options(), group: "g", topics: ["gone"]) { batch in
                collected.add(batch.records)
                mock.setDown(true)
                return .done
            }
            consumer.start()
            try await collected.reach(1)
            try await withTimeout(.seconds(20)) { await consumer.stop(within: .seconds(1)) }
            #expect(consumer.assignment.isEmpty)
        }
    }

    @Test func `a consumer that is dropped without a stop leaves nothing behind`() async throws {
        try await withMock { mock in
            mock.createTopic("dropped", partitions: 1)
            try await mock.send("dropped", [("a", 0)])
            let collected = Collected()
            weak var dropped: Consumer?
            do {
                let consumer = try Consumer(mock.options(), group: "g", topics: ["dropped"]) { batch in
                    collected.add(batch.records)
                    return .done
                }
                dropped = consumer
                consumer.start()
                try await collected.reach(1)
            }
            let gone = WeakConsumer(dropped)
            try await eventually("it is gone") { gone.consumer == nil }
        }
    }

    @Test func `stopping twice, or before the start, is harmless`() async throws {
        try await withMock { mock in
            let consumer = try Consumer(mock.options(), group: "g", topics: ["x"]) { _ in .done }
            let other = Loop.spawn { await consumer.stop() }
            await consumer.stop()
            await other.value
            consumer.start()
            #expect(consumer.assignment.isEmpty)
        }
    }

    @Test func `statistics become metrics`() async throws {
        try await withMock { mock in
            mock.createTopic("measured", partitions: 1)
            try await mock.send("measured", [("a", 0), ("b", 0)])
            let consumer = try Consumer(mock.options("measured-client", ["statistics.interval.ms": "100"]), group: "g", topics: ["measured"]) { _ in .done }
            consumer.start()
            try await eventually("the metrics") {
                let text = String(decoding: Metrics.render(), as: UTF8.self)
                return text.contains("egov_kafka_waiting_messages{client=\"measured-client\"} 0")
                    && text.contains("egov_kafka_rebalances{client=\"measured-client\"} 1")
            }
            await consumer.stop()
        }
    }
}

@Loop private final class WeakConsumer {
    weak var consumer: Consumer?
    init(_ consumer: Consumer?) { self.consumer = consumer }
}
