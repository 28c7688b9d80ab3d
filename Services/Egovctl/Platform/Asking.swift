import CommandLine
import Contracts
import EventLoop

extension Platform {
    /// Runs work with a client of the services, on the loop.
    func asking<R: Sendable>(_ body: @escaping @Loop @Sendable (ServiceClient) async throws -> R) async throws -> R {
        try await Loop.run { try await body(ServiceClient(self)) }
    }
}
