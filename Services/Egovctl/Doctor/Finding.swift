import CommandLine
import Contracts

/// Something that is wrong, in the words of whoever has to put it right.
struct Finding: Sendable, Hashable {
    enum Kind: String, Sendable, Hashable {
        /// A part cannot be reached; more may be wrong behind it.
        case unreachable
        /// It works on, and somebody must do something.
        case attention
        /// Nothing is wrong today; something will be unless somebody acts in the weeks to come.
        case soon
    }

    /// Which check found it: `relay-stands-still`.
    let check: String
    let kind: Kind
    /// The service, topic or group that it is about.
    let subject: String
    let what: String
    /// What comes of it.
    let why: String
    /// The next step: a command where there is one.
    let next: String
    /// What it is about, one by one, where there may be many; for programs.
    let items: [String]

    init(
        _ check: String, _ subject: String, _ what: String, why: String, next: String, kind: Kind = .attention,
        items: [String] = []
    ) {
        self.check = check
        self.kind = kind
        self.subject = subject
        self.what = what
        self.why = why
        self.next = next
        self.items = items
    }

    var tree: JSONValue {
        [
            "check": .string(check), "kind": .string(kind.rawValue), "subject": .string(subject), "what": .string(what),
            "why": .string(why), "next": .string(next), "items": .array(items.map { .string($0) }),
        ]
    }

    var lines: [String] { ["\(subject): \(what)", "  why   \(why)", "  next  \(next)"] }
}

extension Finding.Kind {
    /// The gravest comes first.
    var order: Int {
        switch self {
        case .unreachable: 0
        case .attention: 1
        case .soon: 2
        }
    }
}

extension [Finding] {
    /// How a command that found them ends: nil when there are none.
    var failure: CommandFailure? {
        guard let first = self.min(by: { $0.kind.order < $1.kind.order }) else { return nil }
        return CommandFailure(
            map { "\($0.subject): \($0.what)" }.joined(separator: "; "), advice: first.next,
            exitCode: first.kind == .unreachable ? .unavailable : .failure)
    }
}
