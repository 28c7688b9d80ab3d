import CommandLine
import Contracts
import EventLoop
import Glibc

/// What a run came to, printed as one line of JSON.
struct Measured {
    var operations: Int
    var seconds: Double
    /// Processor time of this process, user and system, in seconds.
    var processor: Double
    /// In milliseconds, unsorted; empty where nobody waits.
    var latencies: [Double] = []

    func write(to terminal: Terminal) {
        var fields = [
            "\"rate\":\(Double(operations) / seconds)", "\"seconds\":\(seconds)", "\"operations\":\(operations)",
            "\"cpu_us\":\(processor * 1e6 / Double(max(operations, 1)))", "\"rss_mb\":\(Double(Usage.now.peak) / 1024)", "\"errors\":0",
        ]
        let sorted = latencies.sorted()
        for (name, share) in [("p50_ms", 0.5), ("p90_ms", 0.9), ("p99_ms", 0.99)] where !sorted.isEmpty {
            fields.append("\"\(name)\":\(sorted[Int(Double(sorted.count - 1) * share)])")
        }
        terminal.write("{\(fields.joined(separator: ","))}")
    }
}

/// What the process has used so far.
struct Usage {
    /// Seconds, user and system.
    var processor: Double
    /// KiB resident at most.
    var peak: Int

    static var now: Usage {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
        return Usage(processor: seconds(usage.ru_utime) + seconds(usage.ru_stime), peak: usage.ru_maxrss)
    }
}

/// Counts what is done between two moments.
@Loop final class Window {
    private(set) var operations = 0
    /// Set when the measuring has ended: whoever loops, ends.
    private(set) var isOver = false
    private var began = ContinuousClock.now
    private var used = Usage.now

    func count(_ more: Int = 1) { operations += more }

    /// Forgets what was before.
    func begin() {
        operations = 0
        used = .now
        began = .now
    }

    func end() -> Measured {
        isOver = true
        return Measured(operations: operations, seconds: (ContinuousClock.now - began) / .seconds(1), processor: Usage.now.processor - used.processor)
    }

    /// Runs `body` as so many tasks side by side, again and again, and measures after the warm-up.
    static func measure(tasks: Int, warmUp: Double, seconds: Double, _ body: @escaping @Loop @Sendable (Window, Int) async throws -> Void) async throws -> Measured {
        let window = Window()
        let running = (0..<tasks).map { task in
            Loop.start { while !window.isOver { try await body(window, task) } }
        }
        try await Loop.sleep(for: .seconds(warmUp))
        window.begin()
        try await Loop.sleep(for: .seconds(seconds))
        let measured = window.end()
        for task in running { try await task.value }
        return measured
    }
}

/// What is wrong with a run.
struct Failed: Error, CustomStringConvertible {
    var description: String
}
