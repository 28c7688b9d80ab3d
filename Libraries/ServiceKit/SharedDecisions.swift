import EventLoop
import Messaging
import Postgres
import Telemetry

/// Decisions about different things that come at the same time share a transaction, as writes do: each asks for its own rows, and all
/// commit together.
///
/// What happens to one is nobody else's: when the transaction fails, each is tried again in one of its own. None waits longer than
/// ``patience`` for a row that somebody outside has locked, before that happens.
@Loop final class SharedDecisions {
    typealias Attempt = @Loop @Sendable (Lease) async throws -> (answer: Answer, work: Decide)

    enum Outcome {
        case committed(Answer)
        /// The caller carries it out in a transaction of its own, and says when that is over.
        case alone(Departure)
    }

    /// A transaction under way, shared or not.
    final class Departure: Sendable {
        let at = ContinuousClock.now
        nonisolated init() {}
    }

    @Loop private final class Member {
        let key: String
        let attempt: Attempt
        /// Nil once it has its outcome.
        var continuation: UnsafeContinuation<Result<Outcome, any Error>, Never>?

        init(_ key: String, _ attempt: @escaping Attempt) {
            self.key = key
            self.attempt = attempt
        }

        func end(_ outcome: Result<Outcome, any Error>) {
            continuation?.resume(returning: outcome)
            continuation = nil
        }
    }

    private let database: Database
    private var waiting: [Member] = []
    private var underWay: [Departure] = []
    private var departures: TurnHook?
    private var timer: LoopTimer?

    init(_ database: Database) {
        self.database = database
        departures = Loop.eachTurn(.flush) { [weak self] in self?.depart() }
    }

    isolated deinit { departures?.cancel() }

    /// So many at a time: one at work at the server while we decide for another.
    private static let mostUnderWay = 2
    /// Behind one that takes longer nobody waits.
    private static let usual = Duration.milliseconds(20)
    private static let mostTogether = 32
    static let patience = Duration.milliseconds(50)

    /// Carries out `attempt` with others that come meanwhile and have other keys.
    ///
    /// - Throws: what the attempt threw; `PostgresError` with an unknown outcome when the connection was lost at the commit.
    func join(_ key: String, _ attempt: @escaping Attempt) async throws -> Outcome {
        let member = Member(key, attempt)
        let outcome = await withTaskCancellationHandler {
            await withUnsafeContinuation { (continuation: UnsafeContinuation<Result<Outcome, any Error>, Never>) in
                guard !Task.isCancelled else { return continuation.resume(returning: .failure(CancellationError())) }
                member.continuation = continuation
                waiting.append(member)
            }
        } onCancel: {
            Loop.spawn {
                // One that is under way goes on: what its company commits is not undone for it.
                guard let index = self.waiting.firstIndex(where: { $0 === member }) else { return }
                self.waiting.remove(at: index).end(.failure(CancellationError()))
            }
        }
        return try outcome.get()
    }

    func ended(_ departure: Departure) { underWay.removeAll { $0 === departure } }

    private func depart() {
        guard !waiting.isEmpty else { return }
        let now = ContinuousClock.now
        while !waiting.isEmpty, underWay.count(where: { now - $0.at < Self.usual }) < Self.mostUnderWay {
            let company = next()
            let departure = Departure()
            underWay.append(departure)
            if company.count == 1 {
                company[0].end(.success(.alone(departure)))
            } else {
                Loop.spawn {
                    await self.carry(company)
                    self.ended(departure)
                }
            }
        }
        guard !waiting.isEmpty, timer == nil, let first = underWay.first else { return }
        timer = Loop.timer(after: max(.milliseconds(1), first.at + Self.usual - now)) { [weak self] in
            self?.timer = nil
            self?.depart()
        }
    }

    /// The first that wait, one of each key.
    private func next() -> [Member] {
        var keys: Set<String> = []
        var company: [Member] = []
        waiting.removeAll { member in
            guard company.count < Self.mostTogether, keys.insert(member.key).inserted else { return false }
            company.append(member)
            return true
        }
        return company
    }

    private func carry(_ company: [Member]) async {
        do {
            let results = try await database.transaction { lease in
                lease.limitLocks(to: Self.patience)
                let results = try await lease.sideBySide(company.map { member in { try await Self.decide(member, lease) } })
                Work.handOver(results.compactMap { try? $0.get().work }, to: lease)
                return results
            }
            for (member, result) in zip(company, results) {
                if case .success(let decided) = result { decided.work.committed() }
                member.end(result.map { .committed($0.answer) })
            }
        } catch let error as PostgresError where error.isOutcomeUnknown {
            for member in company { member.end(.failure(error)) }
        } catch {
            Log.debug("decisions go on alone", ["count": "\(company.count)", "error": "\(error)"])
            for member in company {
                let departure = Departure()
                underWay.append(departure)
                member.end(.success(.alone(departure)))
            }
        }
    }

    /// - Throws: what makes the transaction useless for all.
    private static func decide(_ member: Member, _ lease: Lease) async throws -> Result<(answer: Answer, work: Decide), any Error> {
        do {
            return .success(try await member.attempt(lease))
        } catch let error as PostgresError {
            throw error
        } catch {
            return .failure(error)
        }
    }
}
