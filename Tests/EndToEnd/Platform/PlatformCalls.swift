import Contracts
import EventLoop
import FoundationEssentials
import HTTP
import Testing

/// A request as a stranger could write it.
struct Call: Sendable {
    var service: ServiceName
    var method: String
    var path: String
    var token: String?
    var key: String?
    var body: [UInt8]?
    var language: Language?
    var headers: [String: String] = [:]

    init(
        _ service: ServiceName, _ method: String, _ path: String, token: String? = nil, key: String? = nil, body: String? = nil,
        language: Language? = nil, headers: [String: String] = [:]
    ) {
        self.service = service
        self.method = method
        self.path = path
        self.token = token
        self.key = key
        self.body = body.map { Array($0.utf8) }
        self.language = language
        self.headers = headers
    }
}

extension Platform {
    /// - Parameter address: of the process that is asked; of the service's first one unless given.
    func send(_ call: Call, to address: String? = nil, timeout: Duration = .seconds(20)) async throws -> HTTPClientResponse {
        let address = try address ?? service(call.service).address
        var request = HTTPClientRequest(call.method, url: "http://\(address)\(call.path)", body: call.body, timeout: timeout)
        if let token = call.token { request.headers["Authorization"] = "Bearer \(token)" }
        if let key = call.key { request.headers["Idempotency-Key"] = key }
        if call.body != nil { request.headers["Content-Type"] = "application/json" }
        if let language = call.language { request.headers["Accept-Language"] = language.rawValue }
        for (name, value) in call.headers { request.headers[name] = value }
        return try await client.send(request)
    }

    /// The request of a contract's operation, as its caller would send it.
    func request<Input, Output>(
        _ operation: Operation<Input, Output>, _ input: Input, as caller: Caller?, key: String? = nil, language: Language? = nil
    ) throws -> Call {
        let parts = try operation.request(for: input)
        var call = Call(operation.service, parts.method.rawValue, parts.target, language: language)
        call.body = parts.body
        call.token = try caller.map { try keys.token($0, for: operation.service) }
        call.key = key ?? (operation.changes ? UUID.v7().text : nil)
        if let ifMatch = parts.ifMatch { call.headers["If-Match"] = ifMatch }
        return call
    }

    /// - Throws: ``Declined`` for every other answer than the operation's success.
    func call<Input, Output>(
        _ operation: Operation<Input, Output>, _ input: Input, as caller: Caller?, key: String? = nil
    ) async throws -> Output {
        let answer = try await send(try request(operation, input, as: caller, key: key))
        guard answer.status == operation.successStatus else { throw Declined(operation: operation.name, answer: answer) }
        return try answer.decoded()
    }

    func application(_ number: LicenceNumber, as caller: Caller) async throws -> Licences.Application {
        try await call(Licences.application, Licences.ApplicationQuery(number: number), as: caller)
    }

    func submit(_ kind: LicenceKindCode = "advocate", as applicant: IIN) async throws -> Licences.Receipt {
        try await call(Licences.submit, Licences.Submission(kind: kind, language: .kk), as: .citizen(applicant))
    }

    func status(of service: ServiceName) async throws -> StatusReport {
        try await call(Operations.status(for: service), Empty(), as: People.administrator)
    }
}

struct Declined: Error, CustomStringConvertible {
    var operation: String
    var answer: HTTPClientResponse
    var description: String { "\(operation) was answered \(answer.status): \(answer.text)" }
}

extension HTTPClientResponse {
    var text: String { String(decoding: body, as: UTF8.self) }

    func decoded<T: Decodable>(_ type: T.Type = T.self) throws -> T { try JSON.decode(T.self, from: body) }

    func problem() throws -> Problem { try JSON.decode(Problem.self, from: body) }
}
