import Contracts
import EventLoop
import HTTP

/// An operation and how this service carries it out, without the types of its input and output.
public final class Route: Sendable {
    let name: String
    let method: String
    let path: String
    let changes: Bool
    let needsVersion: Bool
    let admits: @Sendable (Caller) -> Bool
    let isOpenToAnyone: Bool
    /// What tells those who run the service how it is, in an overload too.
    let isOperatorsRead: Bool
    let metrics: RequestMetrics
    let run: @Loop @Sendable (Exchange) async throws -> Answer

    init<Input, Output>(_ operation: Operation<Input, Output>, _ run: @escaping @Loop @Sendable (Exchange) async throws -> Answer) {
        name = operation.name
        method = operation.method.rawValue
        path = operation.path
        changes = operation.changes
        needsVersion = operation.needsVersion
        admits = { operation.admits($0) }
        isOpenToAnyone = operation.callers.contains(.anyone)
        isOperatorsRead = !operation.changes && operation.callers == [.operator]
        metrics = RequestMetrics(operation: operation.name)
        self.run = run
    }
}

/// What goes back to the caller.
struct Answer: Sendable {
    var status: Int
    var body: [UInt8]
    var version: Int?
}
