import CommandLine
import Contracts
import HTTP

/// A service's answer that is no success.
struct ServiceProblem {
    let problem: Problem

    /// Of a problem document, or of whatever else came, a proxy's page for example.
    init(_ status: Int, _ body: [UInt8]) {
        problem =
            (try? JSON.decode(Problem.self, from: body, unknown: .ignore))
            ?? Problem(type: "about:blank", title: "HTTP status \(status) without an explanation", status: status)
    }

    func failure(of service: ServiceName, at url: String) -> CommandFailure {
        var message = "\(service): \(problem.title)"
        if let detail = problem.detail { message += ": \(detail)" }
        for error in problem.errors ?? [] where problem.detail?.contains(error.detail) != true {
            message += "; \(error.pointer): \(error.detail)"
        }
        let notes = [
            problem.rule.map { "rule \($0)" }, problem.citation, problem.traceId.map { "trace \($0)" },
        ].compactMap(\.self)
        if !notes.isEmpty { message += " (\(notes.joined(separator: "; ")))" }
        return CommandFailure(message, advice: advice(service, url), exitCode: exitCode)
    }

    /// Refused by a right or a rule; not to be had at present; or simply wrong.
    private var exitCode: ExitCode {
        switch kind {
        case .unauthenticated, .forbidden, .refused: .refused
        case .unavailable, .outcomeUnknown, .timeout, .tooManyRequests: .unavailable
        default:
            switch problem.status {
            case 401, 403, 409: .refused
            case 408, 429, 502...504: .unavailable
            default: .failure
            }
        }
    }

    private var kind: ProblemKind? { ProblemKind.allCases.first { $0.type == problem.type } }

    private func advice(_ service: ServiceName, _ url: String) -> String? {
        switch kind {
        case .unauthenticated:
            "sign in by --iin, or by --token-file; the service must trust the same keys (its TOKEN_KEYS and --keys)"
        case .forbidden: "sign in as someone who may: see the callers in egovctl contracts openapi \(service)"
        case .notFound: "see what is there, and as whom you look: egovctl applications list, egovctl messages list"
        case .unavailable, .timeout, .tooManyRequests: "try again later; egovctl status says what is away"
        case .outcomeUnknown: "see whether it took effect before doing it again"
        case .conflict, .preconditionFailed: "look at the present state, then decide anew"
        case .fault: problem.traceId.map { "look for trace_id \($0) in the log of \(service)" } ?? "see the log of \(service)"
        case .refused, .malformed, .invalidContent: nil
        default: kind == nil ? "see that \(url) is \(service): --service \(service)=URL" : nil
        }
    }
}

extension HTTPClientError {
    func failure(of service: ServiceName, at url: String) -> CommandFailure {
        switch kind {
        case .cannotConnect:
            CommandFailure(
                "\(service) does not answer at \(url): \(message)",
                advice: "start it, or say where it is: --service \(service)=URL", exitCode: .unavailable)
        case .timeout, .connectionLost:
            CommandFailure("\(service) at \(url): \(message)", advice: "egovctl status says what is away", exitCode: .unavailable)
        default:
            CommandFailure("\(service) at \(url): \(message)", advice: "see that \(url) is \(service): --service \(service)=URL")
        }
    }
}
