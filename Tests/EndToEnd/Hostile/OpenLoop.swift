import EventLoop
import FoundationEssentials

/// Asks at a rate that does not care for the answers, as many clients do, and counts what comes back.
@Loop final class OpenLoop {
    /// What became of all that was asked.
    struct Tally {
        var asked = 0
        var statuses: [Int: Int] = [:]
        /// Of the 503, those that do not say when to come back.
        var withoutRetryAfter = 0
        /// Connections that ended before their answer.
        var brokenOff = 0

        var answered: Int { statuses.values.reduce(0, +) }
    }

    private let address: String
    private let request: [UInt8]
    private var free: [HostileClient] = []
    private var busy: [(client: HostileClient, heard: String)] = []
    private(set) var tally = Tally()

    init(_ address: String, _ request: String) {
        self.address = address
        self.request = Array(request.utf8)
    }

    /// So many at once at all times, each asking again when it is answered.
    func keep(_ count: Int, for time: Duration) async throws {
        let end = ContinuousClock.now + time
        while ContinuousClock.now < end {
            while busy.count < count { try ask() }
            try await listen()
        }
    }

    func ask(perSecond rate: Int, for time: Duration) async throws {
        let begin = ContinuousClock.now
        var due = 0
        while ContinuousClock.now < begin + time {
            let passed = (ContinuousClock.now - begin) / .seconds(1)
            while due < Int(passed * Double(rate)) {
                try ask()
                due += 1
            }
            try await listen()
        }
    }

    /// Until all that was asked is answered or broken off.
    func drain() async throws {
        let end = ContinuousClock.now + .seconds(60)
        while !busy.isEmpty, ContinuousClock.now < end { try await listen() }
    }

    private func ask() throws {
        let client = try free.popLast() ?? HostileClient(address)
        tally.asked += 1
        client.say(request)
        busy.append((client, ""))
    }

    private func listen() async throws {
        try await Loop.sleep(for: .milliseconds(10))
        var still: [(client: HostileClient, heard: String)] = []
        for (client, before) in busy {
            let heard = before + client.hear()
            if let answer = Answer(heard) {
                tally.statuses[answer.status, default: 0] += 1
                if answer.status == 503, !heard.contains("Retry-After: ") { tally.withoutRetryAfter += 1 }
                if !client.isClosed { free.append(client) }
            } else if client.isClosed {
                tally.brokenOff += 1
            } else {
                still.append((client, heard))
            }
        }
        busy = still
    }

    /// An answer that is complete.
    private struct Answer {
        let status: Int

        init?(_ text: String) {
            guard let end = text.firstRange(of: "\r\n\r\n"), let status = Int(text.dropFirst(9).prefix(3)) else { return nil }
            let length = text[..<end.lowerBound].split(separator: "\r\n").first { $0.lowercased().hasPrefix("content-length:") }
            guard let size = length?.split(separator: " ").last.flatMap({ Int($0) }), text[end.upperBound...].utf8.count >= size else { return nil }
            self.status = status
        }
    }
}
