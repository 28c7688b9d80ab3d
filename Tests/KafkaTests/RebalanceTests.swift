import CLibrdkafka
import EventLoop
import TestSupport
import Testing
@testable import Kafka

@Suite struct RebalanceTests {
    @Test func `partitions move to a newcomer after held work, without loss, first copies in order`() async throws {
        try await withMock { mock in
            mock.createTopic("shared", partitions: 4)
            try await mock.send("shared", (0..<40).map { ("\($0)", Int32($0 % 4)) })
            let gate = Promise<Void>()
            let begun = Promise<Void>()
            let seen = Collected()
            let one = try Consumer(mock.quick("one"), group: "g", topics: ["shared"]) { batch in
                begun.succeed(())
                try? await gate.value()
                seen.add(batch.records)
                return .done
            }
            one.start()
            try await withTimeout(.seconds(30)) { try await begun.value() }
            let two = try Consumer(mock.quick("two"), group: "g", topics: ["shared"]) { batch in
                seen.add(batch.records)
                return .done
            }
            two.start()
            try await eventually("work is held back for the newcomer") { one.isReleasing }
            #expect(two.assignment.isEmpty)
            gate.succeed(())
            try await eventually("both have their half") { one.assignment.count == 2 && two.assignment.count == 2 }
            #expect(Set(one.assignment).isDisjoint(with: two.assignment))
            try await mock.send("shared", (40..<80).map { ("\($0)", Int32($0 % 4)) })
            try await seen.reach(80)
            // Unlike Kafka, the mock refuses commits while a member joins: what was handled then comes once more.
            try await eventually("all have come") { Set(seen.records.map(\.text)).count == 80 }
            for (_, records) in Dictionary(grouping: seen.records, by: \.partition) {
                #expect(records.map(\.offset).firstCopies == Array(0..<20))
            }
            await two.stop()
            try await eventually("the first has them all again") { one.assignment.count == 4 }
            try await mock.send("shared", (80..<84).map { ("\($0)", Int32($0 % 4)) })
            try await eventually("the rest has come") { Set(seen.records.map(\.text)).count == 84 }
            await one.stop()
        }
    }

    @Test func `work that outlives its grace is cancelled, and comes again to whoever has the partition then`() async throws {
        try await withMock { mock in
            mock.createTopic("hung", partitions: 1)
            try await mock.send("hung", [("a", 0)])
            let begun = Promise<Void>()
            let cancelled = Promise<Void>()
            let busy = Counts()
            let seen = Collected()
            var limits = ConsumerLimits()
            limits.revokeGrace = .milliseconds(200)
            @Loop func handle(_ batch: PartitionBatch) async -> BatchOutcome {
                busy.enter(batch.partition)
                if !begun.isResolved {
                    begun.succeed(())
                    try? await Loop.sleep(for: .seconds(3600))
                    cancelled.succeed(())
                } else {
                    seen.add(batch.records)
                }
                busy.leave(batch.partition)
                return .done
            }
            let one = try Consumer(mock.quick("one"), group: "g", topics: ["hung"], limits: limits, onBatch: handle)
            one.start()
            try await withTimeout(.seconds(30)) { try await begun.value() }
            let two = try Consumer(mock.quick("two"), group: "g", topics: ["hung"], limits: limits, onBatch: handle)
            two.start()
            try await withTimeout(.seconds(30)) { try await cancelled.value() }
            try await seen.reach(1)
            #expect(seen.texts == ["a"])
            #expect(busy.most == 1)
            await one.stop()
            await two.stop()
        }
    }

    @Test func `partitions lost to the session's end are let go without a commit, and the member comes back`() async throws {
        try await withMock { mock in
            mock.createTopic("lost", partitions: 1)
            try await mock.send("lost", [("a", 0)])
            let begun = Promise<Void>()
            let cancelled = Promise<Void>()
            let seen = Collected()
            let consumer = try Consumer(mock.quick("one"), group: "g", topics: ["lost"]) { batch in
                if !begun.isResolved {
                    begun.succeed(())
                    try? await Loop.sleep(for: .seconds(3600))
                    cancelled.succeed(())
                }
                seen.add(batch.records)
                return .done
            }
            consumer.start()
            try await withTimeout(.seconds(30)) { try await begun.value() }
            mock.answer(Api.heartbeat, with: [RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID])
            try await withTimeout(.seconds(30)) { try await cancelled.value() }
            try await seen.reach(2)
            #expect(seen.texts == ["a", "a"])
            await consumer.stop()
        }
    }

    @Test func `offsets are asked for until the broker answers`() async throws {
        try await withMock { mock in
            mock.createTopic("asked", partitions: 1)
            try await mock.send("asked", [("a", 0), ("b", 0)])
            try await mock.commit("g", [TopicPartition("asked", 0): 1])
            mock.answer(Api.offsetFetch, with: Array(repeating: RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS, count: 2))
            let seen = Collected()
            let consumer = try Consumer(mock.quick("one"), group: "g", topics: ["asked"]) { batch in
                seen.add(batch.records)
                return .done
            }
            consumer.start()
            try await seen.reach(1)
            #expect(seen.texts == ["b"])
            await consumer.stop()
        }
    }
}
