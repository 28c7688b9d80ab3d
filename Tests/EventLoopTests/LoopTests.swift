import CLinux
@testable import EventLoop
import Glibc
import Synchronization
import Testing

@Suite struct LoopTests {
    @Test func `a task of the loop stays on its thread across suspensions`() async throws {
        let threads = try await Loop.run { () -> [UInt] in
            var seen = [UInt(pthread_self())]
            for _ in 0..<10 {
                try await Loop.sleep(for: .milliseconds(1))
                seen.append(UInt(pthread_self()))
            }
            return seen
        }
        #expect(Set(threads).count == 1)
    }

    @Test func `tasks of the loop run in the order in which they became ready`() async throws {
        let order = try await Loop.run { () -> [Int] in
            let seen = Box([Int]())
            let gate = Promise<Void>()
            let first = Loop.spawn { seen.value.append(1); try? await gate.value(); seen.value.append(3) }
            let second = Loop.spawn { seen.value.append(2); gate.succeed(()) }
            await first.value
            await second.value
            return seen.value
        }
        #expect(order == [1, 2, 3])
    }

    @Test func `who steps aside lets sockets have their turn`() async throws {
        let turns = try await Loop.run { () -> Int in
            var ends: (Int32, Int32) = (0, 0)
            _ = withUnsafeMutablePointer(to: &ends) { $0.withMemoryRebound(to: Int32.self, capacity: 2) { pipe($0) } }
            let seen = Box(false)
            let watch = try Loop.watch(ends.0, .readable) { _ in seen.value = true }
            var byte: UInt8 = 1
            _ = write(ends.1, &byte, 1)
            var turns = 0
            while !seen.value, turns < 5 {
                await Loop.nextTurn()
                turns += 1
            }
            watch.cancel()
            close(ends.0)
            close(ends.1)
            return turns
        }
        #expect(turns == 1)
    }

    @Test func `timers fire in order of their time and not when cancelled`() async throws {
        let order = try await Loop.run { () -> [Int] in
            let seen = Box([Int]())
            let done = Promise<Void>()
            Loop.timer(after: .milliseconds(10)) { seen.value.append(1) }
            Loop.timer(after: .milliseconds(20)) { seen.value.append(99) }.cancel()
            Loop.timer(after: .milliseconds(20)) { seen.value.append(2) }
            Loop.timer(after: .milliseconds(30)) { seen.value.append(3); done.succeed(()) }
            try await done.value()
            return seen.value
        }
        #expect(order == [1, 2, 3])
    }

    @Test func `many timers, most of them cancelled, leave the rest in order`() async throws {
        let order = try await Loop.run { () -> [Int] in
            let seen = Box([Int]())
            let queue = TimerQueue()
            let start = ContinuousClock.now
            let moments = (0..<1000).map { ($0 * 7919) % 40 }
            let timers = moments.map { moment in queue.add(at: start + .milliseconds(moment)) { seen.value.append(moment) } }
            for (index, timer) in timers.enumerated() where index % 10 != 0 {
                timer.body = nil
                queue.noteCancelled()
            }
            queue.fireDue(at: start + .milliseconds(19))
            #expect(seen.value.allSatisfy { $0 <= 19 })
            queue.fireDue(at: start + .milliseconds(39))
            #expect(queue.isEmpty)
            return seen.value
        }
        #expect(order.count == 100)
        #expect(order == order.sorted())
    }

    @Test func `a cancelled sleep ends at once with CancellationError`() async throws {
        let task = Loop.start { try await Loop.sleep(for: .seconds(3600)) }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test func `a descriptor is watched until cancelled, and an old event never reaches a new watch`() async throws {
        let received = try await Loop.run { () -> [UInt8] in
            var ends: [Int32] = [0, 0]
            _ = clinux_pipe(&ends)
            let got = Promise<[UInt8]>()
            let reading = ends[0]
            let watch = try Loop.watch(reading, .readable) { events in
                var bytes = [UInt8](repeating: 0, count: 16)
                let count = read(reading, &bytes, 16)
                if count > 0 { got.succeed(Array(bytes[..<count])) }
            }
            write(ends[1], "hello", 5)
            let bytes = try await got.value()
            watch.cancel()
            close(ends[0]); close(ends[1])
            return bytes
        }
        #expect(received == Array("hello".utf8))
    }

    @Test func `a signal reaches the loop`() async throws {
        try await Loop.run {
            let arrived = Promise<Void>()
            let watch = try Loop.onSignal(SIGUSR2) { arrived.succeed(()) }
            kill(getpid(), SIGUSR2)
            try await withTimeout(.seconds(10)) { try await arrived.value() }
            watch.cancel()
        }
    }

    @Test func `a time-out cancels the work and says so`() async throws {
        let cancelled = Mark()
        await #expect(throws: TimeoutError.self) {
            try await Loop.run {
                try await withTimeout(.milliseconds(5)) {
                    do { try await Loop.sleep(for: .seconds(3600)) } catch { cancelled.mark(); throw error }
                }
            }
        }
        try await Loop.run { while !cancelled.isMarked { try await Loop.sleep(for: .milliseconds(1)) } }
    }

    @Test func `work off the loop leaves the loop free and comes back to it`() async throws {
        let (elsewhere, here, back) = try await Loop.run { () -> (UInt, UInt, UInt) in
            let here = UInt(pthread_self())
            let elsewhere = try await Loop.offload { UInt(pthread_self()) }
            return (elsewhere, here, UInt(pthread_self()))
        }
        #expect(elsewhere != here)
        #expect(here == back)
    }

    @Test func `what holds the loop up is reported by name`() async throws {
        let report = try await Loop.run { () -> HeldUp in
            let told = Promise<HeldUp>()
            Loop.onHeldUp { if $0.what == "a slow request" { told.succeed($0) } }
            Loop.spawn { try? await Loop.sleep(for: .milliseconds(1)); Loop.activity = "a slow request"; usleep(80_000) }
            return try await told.value()
        }
        #expect(report.duration >= .milliseconds(80))
    }

    @Test func `a promise has one answer for all who wait; a cancelled waiter disturbs nobody`() async throws {
        let answers = try await Loop.run { () -> [Int] in
            let promise = Promise<Int>()
            let first = Loop.start { try await promise.value() }
            let second = Loop.start { try await promise.value() }
            let third = Loop.start { try await promise.value() }
            second.cancel()
            await #expect(throws: CancellationError.self) { try await second.value }
            promise.succeed(7)
            promise.succeed(8)
            return [try await first.value, try await third.value, try await promise.value()]
        }
        #expect(answers == [7, 7, 7])
    }
}

@Loop final class Box<Value> {
    var value: Value
    init(_ value: Value) { self.value = value }
}

final class Mark: Sendable {
    private let flag = Atomic<Bool>(false)
    var isMarked: Bool { flag.load(ordering: .acquiring) }
    func mark() { flag.store(true, ordering: .releasing) }
}
