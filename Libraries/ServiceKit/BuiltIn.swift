import Contracts
import EventLoop
import FoundationEssentials
import Messaging
import Postgres
import Telemetry

/// The operations that every service has: who read my data, its state, parked messages, and the development clock.
@Loop struct BuiltIn {
    let kernel: Kernel
    let status: @Loop @Sendable () async throws -> StatusReport
    let consumer: MessageConsumer
    let timers: TimerRunner
    let isDevelopment: Bool

    var entries: [ServiceBody.Entry] {
        let service = kernel.service
        var entries: [ServiceBody.Entry] = [
            .read(AccessHistory.operation(for: service), accessHistory),
            .operation(Route(Operations.status(for: service)) { _ in
                Answer(status: 200, body: try JSON.encode(try await status()))
            }),
            .read(Operations.parkedList(for: service), listParked),
            .operation(Route(Operations.parkedShow(for: service)) { exchange in
                try await exchange.answering(Operations.parkedShow(for: service)) { try await showParked($0, exchange) }
            }),
            .operation(Route(Operations.unknownMessages(for: service)) { exchange in
                try await exchange.answering(Operations.unknownMessages(for: service), unknownMessages)
            }),
            .operation(Route(Operations.parkedReplay(for: service)) { exchange in
                try await exchange.answering(Operations.parkedReplay(for: service)) { try await replay($0, exchange) }
            }),
            .operation(Route(Operations.parkedDiscard(for: service)) { exchange in
                let answer = try await exchange.decide(Operations.parkedDiscard(for: service), discard)
                if let row = try await kernel.database.fetch(ParkedMessages.one(try exchange.input(of: Operations.parkedDiscard(for: service)).id)) {
                    try await consumer.release(behind: row)
                }
                return answer
            }),
        ]
        if isDevelopment {
            entries.append(.read(DevelopmentClock.read(for: service), readClock))
            entries.append(.decide(DevelopmentClock.move(for: service), moveClock))
        }
        return entries
    }

    // MARK: Who read my data

    private func accessHistory(_ page: PageRequest, _ reading: Reading) throws -> Query<Page<AccessHistory.Entry>> {
        guard let iin = reading.caller.iin else { throw Problem(.forbidden, reading.language) }
        let before = try BuiltIn.place(page.cursor)
        let size = page.size
        return Journal.history(of: iin, before: before, limit: size + 1).map { entries in
            Page(items: Array(entries.prefix(size)), next: entries.count > size ? entries[size - 1].id.text : nil)
        }
    }

    /// The id at which the page before ended.
    private static func place(_ cursor: String?) throws(ContractError) -> UUID? {
        guard let cursor else { return nil }
        guard let id = UUID(text: cursor) else { throw .badCursor }
        return id
    }

    // MARK: Parked messages

    private func listParked(_ query: ParkedQuery, _ reading: Reading) throws -> Query<Page<ParkedMessage>> {
        let size = PageRequest(cursor: query.cursor, limit: query.limit).size
        return ParkedMessages.list(state: query.state ?? .parked, after: try BuiltIn.place(query.cursor), limit: Int64(size + 1)).map { rows in
            Page(items: rows.prefix(size).map(\.message), next: rows.count > size ? rows[size - 1].id.text : nil)
        }
    }

    /// A payload may tell of persons: who looked at it stands in the journal, or it is not shown.
    private func showParked(_ query: ParkedID, _ exchange: Exchange) async throws -> ParkedDetail {
        let one = ParkedMessages.one(query.id)
        let entry = JournalEntry(subject: nil, operation: "parked-messages.show", caseID: query.id.text, fields: [], outcome: .shown)
        let results = try await kernel.database.run(Batch(
            statements: [Journal.reading(one.statement, entry, caller: exchange.caller)], key: exchange.caller.key, mayRunAgain: true))
        guard let row = try results.first.flatMap(one.decode) else { throw Problem(.notFound, exchange.language) }
        return try row.detail()
    }

    private func unknownMessages(_ asked: MessageIDs) async throws -> MessageIDs {
        guard asked.ids.count <= MessageIDs.maximum else { throw ContractError(pointer: "/ids", kind: .unknown) }
        return MessageIDs(ids: try await kernel.database.fetch(consumer.unknown(asked.ids)))
    }

    private func replay(_ input: ParkedID, _ exchange: Exchange) async throws -> ParkedMessage {
        // A retry whose first answer was lost finds it done.
        if let row = try await kernel.database.fetch(ParkedMessages.one(input.id)), row.state == ParkedState.replayed.rawValue { return row.message }
        let entry = JournalEntry(subject: nil, operation: "parked-messages.replay", caseID: input.id.text, fields: [], outcome: .changed)
        let outcome: ReplayOutcome
        do {
            outcome = try await consumer.replay(input.id, reason: nil, and: [Journal.insert(entry, caller: exchange.caller)])
            if outcome == .replayed { MessagingMetrics.entries.increment() }
        } catch {
            if (error as? PostgresError)?.isRetriable == true { throw error }
            throw BuiltIn.failedAgain("\(error)")
        }
        guard outcome == .replayed else { throw BuiltIn.notFirst }
        guard let row = try await kernel.database.fetch(ParkedMessages.one(input.id)) else { throw Problem(.notFound, exchange.language) }
        try await consumer.release(behind: row)
        return row.message
    }

    private func discard(_ input: ParkedDiscard, _ work: Decide) async throws -> ParkedMessage {
        guard var row = try await work.lock(ParkedMessages.one(input.id)), row.state == ParkedState.parked.rawValue else {
            throw Problem(.notFound, work.language)
        }
        work.save(ParkedMessages.discard(input.id, reason: input.reason.rawValue))
        work.journal(JournalEntry(subject: nil, operation: "parked-messages.discard", caseID: input.id.text, fields: [], outcome: .changed))
        row.state = ParkedState.discarded.rawValue
        return row.message
    }

    static func failedAgain(_ error: String) -> Refusal {
        Refusal(
            rule: "replay-failed",
            text: LocalizedText(
                kk: "Хабарлама қайтадан өңделмеді: \(error)", ru: "Сообщение снова не обработано: \(error)",
                en: "The message failed again: \(error). Mend its cause and replay it, or discard it with a reason"))
    }

    static let notFirst = Refusal(
        rule: "parked-order",
        text: LocalizedText(
            kk: "Хабарлама жоқ, өңделген немесе сол кілттің ертерек хабарламасын күтуде",
            ru: "Сообщения нет, оно уже обработано или ждёт более раннего сообщения того же ключа",
            en: "There is no such message, it is done with, or it waits behind an earlier one of its key: replay that first"))

    // MARK: The development clock

    private func readClock(_ input: Empty, _ reading: Reading) throws -> Query<DevelopmentClock.Reading> {
        LawClock.query.map { ahead in
            DevelopmentClock.Reading(now: Timestamp(microseconds: Timestamp.now.microseconds + ahead), offsetSeconds: ahead / 1_000_000)
        }
    }

    private func moveClock(_ move: DevelopmentClock.Move, _ work: Decide) async throws -> DevelopmentClock.Reading {
        let present = try await work.lock(LawClock.query)
        let target: Int64
        switch (move.to, move.bySeconds) {
        case (let to?, nil): target = to.microseconds - Timestamp.now.microseconds
        case (nil, let seconds?):
            guard abs(seconds) <= 100 * 366 * 86_400 else { throw BuiltIn.clockMove }
            target = present + seconds * 1_000_000
        default: throw BuiltIn.clockMove
        }
        guard target >= present else { throw BuiltIn.clockBack }
        work.save(LawClock.move(ahead: target))
        work.journal(JournalEntry(subject: nil, operation: "clock.move", fields: [], outcome: .changed))
        let timers = self.timers
        Loop.timer(after: .milliseconds(50)) { timers.wake() }
        return DevelopmentClock.Reading(now: Timestamp(microseconds: Timestamp.now.microseconds + target), offsetSeconds: target / 1_000_000)
    }

    static let clockMove = Refusal(
        rule: "clock-move", status: 422,
        text: LocalizedText(
            kk: "«to» немесе «bySeconds» мәндерінің бірін ғана көрсетіңіз (100 жылдан аспайтын)",
            ru: "Укажите одно из двух: «to» или «bySeconds» (не более 100 лет)", en: "Give one of \"to\" and \"bySeconds\", at most 100 years"))
    static let clockBack = Refusal(
        rule: "clock-back", status: 422,
        text: LocalizedText(
            kk: "Сағат тек алға жылжиды", ru: "Часы переводятся только вперёд", en: "The clock moves forward only: what has come to pass by it stays so"))
}

extension ParkedRow {
    var message: ParkedMessage {
        ParkedMessage(
            id: id, consumer: consumer, topic: topic, partition: partition, offset: offset,
            key: key.flatMap { String(validating: $0, as: UTF8.self) }, error: error, attempts: Int(attempts),
            state: ParkedState(rawValue: state) ?? .parked, at: at)
    }

    func detail() throws -> ParkedDetail {
        var named: [String: String] = [:]
        for pair in try JSON.decode([[String]].self, from: headers) where pair.count >= 2 { named[pair[0]] = pair[1] }
        let text = String(validating: payload ?? [], as: UTF8.self)
        return ParkedDetail(
            message: message, headers: named, payload: text ?? Data(payload ?? []).base64EncodedString(), isBase64: text == nil)
    }
}
