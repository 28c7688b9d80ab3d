import Contracts
import EventLoop
import HTTP
import Synchronization
import Testing

/// More requests than are worked on at once.
@Suite struct AdmissionTests {
    /// Handlers that wait for a word, and a count of those that began.
    private struct Work: Sendable {
        let gate: Promise<Void>
        let begun = Counted()
        let router: Router

        final class Counted: Sendable {
            private let count = Mutex(0)
            var value: Int { count.withLock { $0 } }
            func add() { count.withLock { $0 += 1 } }
        }

        static func make() async throws -> Work { Work(gate: try await Loop.run { Promise<Void>() }) }

        private init(gate: Promise<Void>) {
            self.gate = gate
            var router = Router()
            let begun = begun
            router.add("GET", "/work") { _, _ in
                begun.add()
                try await gate.value()
                return .text("done")
            }
            router.add("POST", "/work") { request, _ in
                begun.add()
                try await gate.value()
                return .json(try await request.body.collect())
            }
            router.add("GET", "/health", isAlwaysAdmitted: true) { _, _ in .text("well") }
            self.router = router
        }

        func until(_ count: Int) async throws {
            try await eventually("\(count) have begun") { [begun] in begun.value >= count }
        }
    }

    private static let get = "GET /work HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n"

    private func waiting(_ count: Int, _ server: TestServer) async throws {
        try await eventually("\(count) wait") { server.server.waitingRequests >= count }
    }

    @Test func `so many are worked on, so many wait, the others are told to come back`() async throws {
        let work = try await Work.make()
        try await TestServer.with(work.router) {
            ($0.maxRequests, $0.maxWaiting, $0.maxWait) = (2, 3, .seconds(600))
        } _: { server in
            let first = try (0..<5).map { _ in try RawClient(port: server.port) }
            for client in first { client.send(Self.get) }
            try await work.until(2)
            try await waiting(3, server)
            let refused = try await server.get("/work", ["Accept-Language": "ru"])
            #expect(refused.status == 503)
            #expect(refused.headers["Retry-After"] == "1")
            let problem = try JSON.decode(Problem.self, from: refused.body)
            #expect(problem.type == ProblemKind.unavailable.type)
            #expect(problem.title == ProblemKind.unavailable.title.ru)
            // The body of who is refused is read and dropped; the connection lives on.
            let posted = try await server.post("/work", "{}")
            #expect(posted.status == 503)
            let health = try await server.get("/health")
            #expect(health.text == "well")
            #expect(work.begun.value == 2)
            try await Loop.run { work.gate.succeed(()) }
            for client in first { #expect(client.readToEnd().hasSuffix("done")) }
            #expect(work.begun.value == 5)
            let after = try await server.get("/work")
            #expect(after.text == "done")
        }
    }

    @Test func `who has waited too long is told to come back, and its work is never begun`() async throws {
        let work = try await Work.make()
        try await TestServer.with(work.router) {
            ($0.maxRequests, $0.maxWaiting, $0.maxWait) = (1, 10, .milliseconds(100))
        } _: { server in
            let held = try RawClient(port: server.port)
            held.send(Self.get)
            try await work.until(1)
            for _ in 0..<2 {
                let late = try await server.get("/work")
                #expect(late.status == 503)
                #expect(late.headers["Retry-After"] == "1")
            }
            try await Loop.run { work.gate.succeed(()) }
            #expect(held.readToEnd().hasSuffix("done"))
            #expect(work.begun.value == 1)
        }
    }

    @Test func `who leaves while waiting is not worked for`() async throws {
        let work = try await Work.make()
        try await TestServer.with(work.router) {
            ($0.maxRequests, $0.maxWaiting, $0.maxWait) = (1, 10, .seconds(600))
        } _: { server in
            let held = try RawClient(port: server.port)
            held.send(Self.get)
            try await work.until(1)
            let leaver = try RawClient(port: server.port)
            leaver.send(Self.get)
            let stayer = try RawClient(port: server.port)
            try await waiting(1, server)
            stayer.send(Self.get)
            try await waiting(2, server)
            leaver.reset()
            try await eventually("the leaver is gone") { server.server.openConnections <= 2 }
            try await Loop.run { work.gate.succeed(()) }
            #expect(stayer.readToEnd().hasSuffix("done"))
            #expect(work.begun.value == 2)
        }
    }

    @Test func `an end answers those who wait for a place with 503`() async throws {
        let work = try await Work.make()
        try await TestServer.with(work.router) {
            ($0.maxRequests, $0.maxWaiting, $0.maxWait) = (1, 10, .seconds(600))
        } _: { server in
            let clients = try (0..<3).map { _ in try RawClient(port: server.port) }
            for client in clients { client.send(Self.get) }
            try await waiting(2, server)
            try await Loop.run { await server.server.stop(within: .milliseconds(200)) }
            for client in clients { #expect(client.readToEnd().hasPrefix("HTTP/1.1 503 ")) }
            #expect(work.begun.value == 1)
        }
    }
}
