import Contracts
import EventLoop
import HTTP
import Testing

extension Platform {
    /// 503, when to come back, and a problem that says that it is for now or that the outcome is unknown.
    func saysComeBack(_ call: Call) async throws {
        let answer = try await send(call)
        #expect(answer.status == 503, "\(call.method) \(call.path): \(answer.text)")
        #expect(answer.headers["Retry-After"].flatMap { Int($0) } != nil)
        #expect([ProblemKind.unavailable, .outcomeUnknown, .timeout].map(\.type).contains(try answer.problem().type))
    }
}
