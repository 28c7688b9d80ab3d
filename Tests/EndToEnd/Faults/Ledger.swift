import Contracts
import EventLoop
import HTTP

/// What the callers of a round were answered: what the platform has promised.
@Loop final class Ledger {
    /// A change under a key, as it was first answered.
    struct Change {
        var call: Call
        var caller: Caller
        var status: Int
        var body: [UInt8]
        var rule: String?
    }

    /// An application, and what was asked for it after it was accepted.
    struct Case {
        var receipt: Licences.Receipt
        var kind: LicenceKindCode
        var applicant: IIN
        /// The decision or withdrawal, as it was answered; nil where the case was left to silence.
        var end: Change?
    }

    /// A read that showed somebody's data: whose, where the answer says it.
    struct Read {
        var trace: String
        var service: ServiceName
        var operation: String
        var caller: Caller
        /// The numbers of the applications that were shown.
        var shown: [LicenceNumber] = []
    }

    private(set) var cases: [LicenceNumber: Case] = [:]
    private(set) var changes: [Change] = []
    private(set) var reads: [Read] = []
    /// Tries that no answer came to, or a 503.
    var unanswered = 0
    /// Requests of a key that was sent before.
    var retries = 0

    func submitted(_ application: Case, _ change: Change) {
        cases[application.receipt.number] = application
        changes.append(change)
    }

    func ended(_ number: LicenceNumber, _ change: Change) {
        cases[number]?.end = change
        changes.append(change)
    }

    func read(_ read: Read) { reads.append(read) }
}

/// What was found to be wrong; each is told at once, and fails the test.
@Loop final class Findings {
    private(set) var all: [String] = []
    let round: String

    init(round: String) { self.round = round }

    func report(_ finding: String) {
        all.append(finding)
        Report.say("finding: \(finding) [\(round)]")
    }

    /// Reports where `isTrue` does not hold.
    func expect(_ isTrue: Bool, _ finding: @autoclosure () -> String) {
        if !isTrue { report(finding()) }
    }

    func expectEqual<T: Equatable>(_ found: T, _ expected: T, _ what: String) {
        if found != expected { report("\(what): \(found), expected \(expected)") }
    }

    /// Two sets of names that must be one.
    func expectSame(_ found: Set<String>, _ expected: Set<String>, _ what: String) {
        let (missing, excess) = (expected.subtracting(found).sorted(), found.subtracting(expected).sorted())
        if !missing.isEmpty { report("\(what): \(missing.count) missing, such as \(missing.prefix(3).joined(separator: ", "))") }
        if !excess.isEmpty { report("\(what): \(excess.count) too many, such as \(excess.prefix(3).joined(separator: ", "))") }
    }
}
