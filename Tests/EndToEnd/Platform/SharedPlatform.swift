import EventLoop
import Testing

/// One platform for all tests of a suite: started before the first, taken down after the last.
struct SharedPlatform: SuiteTrait, TestScoping {
    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable @concurrent () async throws -> Void
    ) async throws {
        let platform = try await Loop.run { () async throws -> Platform in
            let platform = try Platform(Platform.Options())
            do { try await platform.start() } catch {
                await platform.end(keepsFiles: true)
                throw error
            }
            return platform
        }
        do {
            try await Running.$platform.withValue(platform) { try await function() }
            try await Loop.run { await platform.end(keepsFiles: false) }
        } catch {
            try await Loop.run { await platform.end(keepsFiles: true) }
            throw error
        }
    }
}

extension Trait where Self == SharedPlatform {
    static var sharedPlatform: SharedPlatform { SharedPlatform() }
}

private enum Running {
    @TaskLocal static var platform: Platform?
}

/// Runs a test's body on the loop with the suite's platform.
func onPlatform(_ body: @escaping @Loop @Sendable (Platform) async throws -> Void) async throws {
    let platform = try #require(Running.platform)
    try await Loop.run { try await body(platform) }
}
