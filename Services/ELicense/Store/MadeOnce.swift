import Synchronization

/// What is made of a thing that many rows have in common, the first time that it is met; the last ones are kept.
final class MadeOnce<Thing: Hashable & Sendable, Made: Sendable>: Sendable {
    private struct Memory {
        var made: [Thing: Made] = [:]
        var order: [Thing] = []
    }

    private let most: Int
    private let memory = Mutex(Memory())

    /// - Parameter most: so many are kept; the oldest makes room.
    init(most: Int) { self.most = most }

    /// What `make` gives, or gave the first time.
    func of(_ thing: Thing, _ make: () throws -> Made) rethrows -> Made {
        if let known = memory.withLock({ $0.made[thing] }) { return known }
        let made = try make()
        memory.withLock { memory in
            if memory.order.count == most { memory.made[memory.order.removeFirst()] = nil }
            if memory.made.updateValue(made, forKey: thing) == nil { memory.order.append(thing) }
        }
        return made
    }
}
