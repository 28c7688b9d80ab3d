import Contracts
import EventLoop
import FoundationEssentials
import HTTP
import TestSupport
import Testing

extension EndToEnd {
    @Suite("Hostile clients", .sharedPlatform) struct HostileTests {
        private static let read = "GET /v1/kinds HTTP/1.1\r\nHost: test\r\n\r\n"

        private static func post(_ fields: String) -> String {
            "POST /v1/applications HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\n\(fields)\r\n\r\n"
        }

        @Test func `heads and bodies that come byte by byte end, and nobody waits for them`() async throws {
            try await onPlatform { platform in
                try await platform.undisturbed(.eLicense) { address in
                    let heads = try (0..<600).map { _ in try HostileClient(address) }
                    let bodies = try (0..<600).map { _ in try HostileClient(address) }
                    let silent = try (0..<300).map { _ in try HostileClient(address) }
                    let gone = try (0..<300).map { _ in try HostileClient(address) }
                    for client in heads { client.say("GET /v1/kinds HTTP/1.1\r\nHost: test\r\nX-Slow: ") }
                    for client in bodies { client.say(Self.post("Content-Length: 60000")) }
                    for client in gone { client.say("GET /v1/lic"); client.halfClose() }
                    var open = heads + bodies + silent + gone
                    try await eventually("the slow are closed, each at its deadline") {
                        open.removeAll { $0.say("x") == 0 && $0.isClosed || $0.isOver }
                        return open.isEmpty
                    }
                }
            }
        }

        @Test func `bodies that are nearly complete and never end have one limit together`() async throws {
            try await onPlatform { platform in
                try await platform.undisturbed(.eLicense) { address in
                    // 3,000 bodies of 60 KB would be 180 MB.
                    let body = [UInt8](repeating: 0x20, count: 60_000)
                    var clients: [HostileClient] = []
                    for _ in 0..<3000 {
                        let client = try HostileClient(address)
                        client.say(Self.post("Content-Length: 60001"))
                        client.say(body)
                        clients.append(client)
                        if clients.count % 50 == 0 { try await Loop.sleep(for: .milliseconds(20)) }
                    }
                    try await eventually("most of them were closed") { clients.count { $0.isOver } > 2000 }
                }
            }
        }

        @Test func `as many connections as there can be`() async throws {
            try await onPlatform { platform in
                let most = min(20_000, ManySockets.allow() - 200)
                // What idle connections cost is measured elsewhere; more than the limit of them must not cost more than the limit.
                try await platform.undisturbed(.eLicense, growth: 160) { address in
                    var clients: [HostileClient] = []
                    for index in 0..<most {
                        let client = try HostileClient(address)
                        clients.append(client)
                        client.say("GET /livez HTTP/1.1\r\nHost: test\r\n\r\n")
                        // No faster than they are let in: what the kernel's queue drops comes again seconds later.
                        if index % 200 == 0 { try await eventually("the door is open") { client.hear().contains(" 200 ") || client.isClosed } }
                    }
                    // The limit is 12,000: the others have had to make room, none is left hanging.
                    try await eventually("the longest idle were closed") {
                        clients.count { $0.isOver } >= most - 12_000
                    }
                }
            }
        }

        @Test func `idle connections cost little memory and no processor time`() async throws {
            try await onPlatform { platform in
                _ = ManySockets.allow()
                let service = try platform.service(.naturalPersons)
                let pid = try #require(service.pid)
                @Loop func open(_ count: Int) async throws -> [HostileClient] {
                    var clients: [HostileClient] = []
                    for index in 0..<count {
                        let client = try HostileClient(service.address)
                        client.say("GET /livez HTTP/1.1\r\nHost: test\r\n\r\n")
                        clients.append(client)
                        if index % 200 == 199 { try await eventually("they are answered") { client.hear().contains(" 200 ") } }
                    }
                    return clients
                }
                // What the first ones touch is not the price of one more.
                let first = try await open(1000)
                let (memory, sockets) = (ProcessFigures.residentMegabytes(pid), ProcessFigures.files(pid))
                let more = try await open(5000)
                try await eventually("all are open") { ProcessFigures.files(pid) >= sockets + 5000 }
                let cost = ProcessFigures.residentMegabytes(pid) - memory
                let ticks = ProcessFigures.processorTicks(pid)
                try await Loop.sleep(for: .seconds(3))
                let spent = ProcessFigures.processorTicks(pid) - ticks
                print("5,000 idle connections: \(cost) MB, \(spent) of 300 ticks")
                // 10,000 have 85 MB beside the 25 of a service at rest.
                #expect(cost <= 43)
                // Its relay, timers and consumers look around as they always do.
                #expect(spent < 100)
                #expect((first + more).allSatisfy { !$0.isOver })
            }
        }

        @Test func `requests without end whose answers nobody reads`() async throws {
            try await onPlatform { platform in
                try await platform.undisturbed(.eLicense) { address in
                    let many = Array(String(repeating: Self.read, count: 100).utf8)
                    let clients = try (0..<100).map { _ in try HostileClient(address, receives: 4096) }
                    var said = 0
                    for _ in 0..<100 {
                        for client in clients { said += client.sayOn(many, most: many.count * 20) }
                        try await Loop.sleep(for: .milliseconds(20))
                    }
                    // They were stopped by their own full sockets, not by an end of what they say.
                    #expect(said > 100 * many.count)
                    #expect(clients.contains { !$0.isClosed })
                }
            }
        }

        @Test func `what has no end is cut off: heads, names, chunks, extensions, sizes, trailers`() async throws {
            let endless = [
                ("X: ", "xxxxxxxxxxxxxxxx"), ("", "X: y\r\n"), ("Transfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n"),
                ("Transfer-Encoding: chunked\r\n\r\n5;", "extension"), ("Transfer-Encoding: chunked\r\n\r\n", "000000000000"),
                ("Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n", "Trailer: x\r\n"),
            ]
            try await onPlatform { platform in
                try await platform.undisturbed(.eLicense) { address in
                    var open = try endless.flatMap { begin, again in
                        let more = Array(String(repeating: again, count: 4096 / again.utf8.count).utf8)
                        return try (0..<20).map { _ in (client: try HostileClient(address), begin: begin, more: more) }
                    }
                    for (client, begin, _) in open {
                        client.say("POST /v1/applications HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\n\(begin)")
                    }
                    try await eventually("all are cut off") {
                        for (client, _, more) in open {
                            _ = client.sayOn(more, most: 16 * more.count)
                            #expect(!client.hear().hasPrefix("HTTP/1.1 2"))
                        }
                        open.removeAll(where: \.client.isClosed)
                        return open.isEmpty
                    }
                }
            }
        }

        @Test func `clients that leave as soon as they have asked`() async throws {
            try await onPlatform { platform in
                let token = try platform.keys.token(.citizen(People.applicant), for: .eLicense)
                let ask = "GET /v1/applications HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer \(token)\r\n\r\n"
                try await platform.undisturbed(.eLicense) { address in
                    for round in 0..<100 {
                        let clients = try (0..<50).map { _ in try HostileClient(address) }
                        for client in clients { client.say(ask) }
                        if round % 3 == 0 { try await Loop.sleep(for: .milliseconds(5)) }
                        for (index, client) in clients.enumerated() {
                            if index % 2 == 0 { client.reset() } else { client.leave() }
                        }
                        try await Loop.sleep(for: .milliseconds(5))
                    }
                }
            }
        }
    }
}
