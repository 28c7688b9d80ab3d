import EventLoop
import Foundation
import HTTP

/// A server of its own on a free port for the time of one test.
struct TestServer {
    let server: HTTPServer
    let address: String
    var url: String { "http://\(address)" }
    var port: UInt16 { UInt16(address.split(separator: ":").last ?? "") ?? 0 }

    static func with<T: Sendable>(
        _ router: Router, listen: String = "127.0.0.1:0", _ configure: (inout HTTPServerOptions) -> Void = { _ in },
        _ body: @Sendable (TestServer) async throws -> T
    ) async throws -> T {
        var options = HTTPServerOptions(listen: listen)
        configure(&options)
        let configured = options
        let test = try await Loop.run { () -> TestServer in
            let server = HTTPServer(configured, router: router)
            try server.start()
            return TestServer(server: server, address: server.boundAddress)
        }
        do {
            let result = try await body(test)
            try await Loop.run { await test.server.stop(within: .seconds(2)) }
            return result
        } catch {
            try await Loop.run { await test.server.stop(within: .zero) }
            throw error
        }
    }

    func send(_ request: HTTPClientRequest) async throws -> HTTPClientResponse {
        try await Loop.run { try await HTTPClient().send(request) }
    }

    func get(_ path: String, _ headers: HTTPHeaders = [:]) async throws -> HTTPClientResponse {
        try await send(HTTPClientRequest(url: url + path, headers: headers))
    }

    func post(_ path: String, _ body: String, _ headers: HTTPHeaders = ["Content-Type": "application/json"]) async throws -> HTTPClientResponse {
        try await send(HTTPClientRequest("POST", url: url + path, headers: headers, body: Array(body.utf8)))
    }
}

/// Asks again until `condition` holds; a bound of half a minute for what is broken.
func eventually(_ what: String, _ condition: @escaping @Loop @Sendable () -> Bool) async throws {
    let end = ContinuousClock.now + .seconds(30)
    while try await !Loop.run({ condition() }) {
        guard ContinuousClock.now < end else { throw NeverHeld(what: what) }
        try await Task.sleep(for: .milliseconds(1))
    }
}

struct NeverHeld: Error { let what: String }

extension HTTPClientResponse {
    var text: String { String(decoding: body, as: UTF8.self) }
}

/// A folder that goes with the test.
func withTemporaryFolder<T>(_ body: (String) async throws -> T) async throws -> T {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("http-\(UUID().uuidString.prefix(8))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try await body(folder.path)
}
