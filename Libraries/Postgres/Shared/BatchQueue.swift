import EventLoop

/// Batches that wait for a connection, first come first served.
@Loop final class BatchQueue {
    private var waiting: [BatchJob] = []
    private let mostBatches: Int
    private let mostStatements: Int
    /// So much in one transaction costs little more than if all shared the commit: what waits beyond is spread over the room there is.
    private static let worthSpreading = 32

    init(mostBatches: Int, mostStatements: Int) {
        self.mostBatches = max(1, mostBatches)
        self.mostStatements = max(1, mostStatements)
    }

    var count: Int { waiting.count }
    var isEmpty: Bool { waiting.isEmpty }

    func add(_ job: BatchJob) { waiting.append(job) }

    /// They were asked for before all that wait.
    func putBack(_ jobs: [BatchJob]) { waiting.insert(contentsOf: jobs, at: 0) }

    /// What goes into the next transaction, in the order of its keys: one batch that goes alone, or all that come before the limits.
    ///
    /// - Parameters:
    ///   - room: into how many transactions what waits may be spread, so that the server works on one while we take the answers of another.
    ///   - soloAllowed: false leaves batches that go alone where they are.
    func next(room: Int, soloAllowed: Bool) -> [BatchJob] {
        let share = max(Self.worthSpreading, (waiting.reduce(0) { $0 + $1.weight } + room - 1) / max(1, room))
        var weight = 0
        var taken: [BatchJob] = []
        var kept: [BatchJob] = []
        var statements = 0
        var index = 0
        while index < waiting.count {
            let job = waiting[index]
            index += 1
            if job.isOver { continue }
            if job.mustGoAlone {
                if taken.isEmpty, soloAllowed {
                    taken = [job]
                    break
                }
                kept.append(job)
                continue
            }
            let size = job.batch.statements.count
            if !taken.isEmpty, weight >= share || taken.count >= mostBatches || statements + size > mostStatements {
                kept.append(job)
                break
            }
            taken.append(job)
            statements += size
            weight += job.weight
        }
        waiting.replaceSubrange(..<index, with: kept)
        if taken.count > 1 { taken.sort { $0.batch.key < $1.batch.key } }
        return taken
    }

    /// Takes all out that wait.
    func takeAll() -> [BatchJob] {
        defer { waiting = [] }
        return waiting
    }
}
