import Contracts
import EventLoop
import FoundationEssentials
import Glibc
import HTTP
import TestSupport
import Testing

/// Another client of the same service, that goes on working and must notice nothing.
@Loop final class Onlooker {
    private let platform: Platform
    private let service: ServiceName
    private var tasks: [Task<Void, Never>] = []
    private var isOver = false
    private(set) var answered = 0
    private(set) var complaints: [String] = []

    init(_ platform: Platform, _ service: ServiceName) {
        self.platform = platform
        self.service = service
    }

    /// One asks over the connection that it has, one over a new one each time, one changes something.
    func begin() throws {
        let token = try platform.keys.token(.citizen(People.secondApplicant), for: service)
        let read = Call(service, "GET", "/v1/access-history?limit=1", token: token)
        tasks = [
            Loop.spawn { await self.goOn { read } },
            Loop.spawn { await self.goOn { Call(self.service, "GET", "/v1/access-history?limit=1", token: token, headers: ["Connection": "close"]) } },
        ]
        guard service == .eLicense else { return }
        tasks.append(Loop.spawn {
            await self.goOn {
                Call(.eLicense, "POST", "/v1/applications", token: token, key: UUID().uuidString, body: #"{"kind":"advocate","language":"kk"}"#)
            }
        })
    }

    func end() async {
        isOver = true
        for task in tasks { await task.value }
    }

    private func goOn(_ call: @Loop () -> Call) async {
        while !isOver {
            do {
                let answer = try await platform.send(call())
                // A rule may refuse a second application; what counts is that it was carried out.
                if answer.status < 400 || answer.status == 409 { answered += 1 } else { complaints.append("\(answer.status): \(answer.text)") }
            } catch {
                complaints.append("\(error)")
            }
            try? await Loop.sleep(for: .milliseconds(20))
        }
    }
}

extension Platform {
    /// Runs an attack on a service while others work with it: they notice nothing, it lives on, and its memory stays as it was.
    ///
    /// - Parameter growth: MB that its resident memory may have grown by afterwards: a generous bound for what is bounded.
    func undisturbed(_ service: ServiceName, growth: Int = 64, _ attack: @Loop (String) async throws -> Void) async throws {
        let process = try self.service(service)
        let pid = try #require(process.pid)
        let onlooker = Onlooker(self, service)
        try onlooker.begin()
        try await eventually("the others work") { onlooker.answered > 30 }
        let before = ProcessFigures.residentMegabytes(pid)
        try await attack(process.address)
        let during = onlooker.answered
        try await eventually("the others go on working") { onlooker.answered > during + 30 }
        await onlooker.end()
        #expect(onlooker.complaints.isEmpty, "\(onlooker.complaints.prefix(3))")
        let after = ProcessFigures.residentMegabytes(pid)
        #expect(after < before + growth, "from \(before) to \(after) MB")
        #expect(process.isRunning)
    }
}

/// What the kernel says of a process.
enum ProcessFigures {
    static func residentMegabytes(_ pid: pid_t) -> Int {
        for line in text("/proc/\(pid)/status").split(separator: "\n") where line.hasPrefix("VmRSS:") {
            return (line.split(separator: " ").compactMap { Int($0) }.first ?? 0) / 1024
        }
        return 0
    }

    /// Open descriptors.
    static func files(_ pid: pid_t) -> Int { (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd").count) ?? 0 }

    /// Ticks of processor time, of which there are 100 in a second.
    static func processorTicks(_ pid: pid_t) -> Int {
        // The name before it may hold spaces, but no closing parenthesis after its own.
        let fields = text("/proc/\(pid)/stat").split(separator: ")").last?.split(separator: " ") ?? []
        return fields.count > 12 ? (Int(fields[11]) ?? 0) + (Int(fields[12]) ?? 0) : 0
    }

    private static func text(_ path: String) -> String {
        FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }
}
