import Contracts
import EventLoop
import HTTP

/// What the callers of a campaign were answered: what the platform has promised.
@Loop final class Ledger {
    /// A change under a key, as it was first answered.
    struct Change {
        var call: Call
        var caller: Caller
        var status: Int
        var body: [UInt8]
    }

    private(set) var submissions: [Change] = []
    private(set) var decisions: [Change] = []
    /// Reads that showed something, by caller and operation.
    private(set) var reads: [String: Int] = [:]
    /// Tries that no answer came to, or a 503.
    var unanswered = 0

    func submitted(_ change: Change) { submissions.append(change) }
    func decided(_ change: Change) { decisions.append(change) }
    func read(_ operation: String, by caller: Caller?) { reads["\((caller ?? .anonymous).key) \(operation)", default: 0] += 1 }

    func receipts() throws -> [Licences.Receipt] { try submissions.map { try JSON.decode(Licences.Receipt.self, from: $0.body) } }
    func outcomes() throws -> [Licences.StatusAnswer] { try decisions.map { try JSON.decode(Licences.StatusAnswer.self, from: $0.body) } }
}

/// Numbers that come out the same for the same seed (SplitMix64).
struct SeededNumbers: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}
