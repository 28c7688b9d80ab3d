import Contracts
import EventLoop
import FoundationEssentials
import HTTP
import Messaging
import Postgres
import Telemetry
import Trust

/// What all requests of a service share: its store, its clock, its keys, and how faults are told.
@Loop final class Kernel {
    let service: ServiceName
    let database: Database
    let clock: LawClock
    let place: WorkPlace
    let tokens: VerifiedTokens
    let refusals: [String: Refusal]
    let recentKeys = RecentKeys()
    let decisions: SharedDecisions

    init(
        service: ServiceName, database: Database, clock: LawClock, place: WorkPlace, tokens: VerifiedTokens, refusals: [String: Refusal]
    ) {
        self.service = service
        self.database = database
        decisions = SharedDecisions(database)
        self.clock = clock
        self.place = place
        self.tokens = tokens
        self.refusals = refusals
    }

    /// The rule that an error stands for, if it does: a refusal of the domain, or a constraint that is one.
    func refusal(for error: any Error) -> Refusal? {
        if let refusal = error as? Refusal { return refusal }
        guard let error = error as? PostgresError, let constraint = error.constraint else { return nil }
        return refusals[constraint]
    }

    func problem(_ refusal: Refusal, _ language: Language) -> Problem {
        var problem = Problem(refusal, language)
        problem.traceId = TraceContext.current.map { "\($0.traceID)" }
        return problem
    }

    /// Everything that can go wrong, as what the caller is told: never more than is theirs to know.
    func response(to error: any Error, _ language: Language, operation: String) -> HTTPResponse {
        var problem: Problem
        var retryAfter: Int?
        switch error {
        case let error as Problem: problem = error
        case let error as ContractError: problem = Problem(error, language)
        case let error as JSONError: problem = Problem(error, language)
        case let error as TokenError: problem = Problem(.unauthenticated, language, detail: "\(error)", rule: "token")
        case let error where error is CancellationError || (error as? PostgresError)?.isOfCancelledTask == true:
            // Whoever asked has left, or was answered when the time was up.
            (problem, retryAfter) = (Problem(.timeout, language), 1)
            problem.status = 503
        case is NumbersExhausted: (problem, retryAfter) = (Problem(.unavailable, language), 1)
        case let error as PostgresError where error.isOutcomeUnknown:
            Log.warning("outcome unknown", ["operation": "\(operation)", "error": "\(error)"])
            (problem, retryAfter) = (Problem(.outcomeUnknown, language), 1)
        case let error as PostgresError where error.isRetriable || error.isStatementTimeout:
            Log.warning("store unavailable", ["operation": "\(operation)", "error": "\(error)"])
            (problem, retryAfter) = (Problem(.unavailable, language), 2)
        default:
            if let refusal = refusal(for: error) {
                problem = Problem(refusal, language)
            } else {
                Log.error("request failed", ["operation": "\(operation)", "error": "\(error)"])
                problem = Problem(.fault, language)
            }
        }
        if problem.traceId == nil { problem.traceId = TraceContext.current.map { "\($0.traceID)" } }
        var response = HTTPResponse.problem(problem)
        if let retryAfter { response.headers["Retry-After"] = "\(retryAfter)" }
        if problem.status == 401 { response.headers["WWW-Authenticate"] = "Bearer" }
        return response
    }
}

extension PostgresError {
    var isOfCancelledTask: Bool {
        if case .cancelled = kind { true } else { false }
    }

    var isOutcomeUnknown: Bool {
        if case .connectionLost(outcomeUnknown: true) = kind { true } else { false }
    }
}
