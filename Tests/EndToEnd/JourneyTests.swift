import Contracts
import EventLoop
import FoundationEssentials
import HTTP
import Kafka
import Postgres
import TestSupport
import Testing
import Trust

extension EndToEnd {
    @Suite("The main journey") struct JourneyTests {
        @Test func `an application goes through register, official and silence, and the citizen sees who looked`() async throws {
            try await Platform.run { platform in
                try await Journey(platform).walk()
            }
        }
    }
}

/// The six steps of the main job, each through HTTP only; what Kafka carries is looked at beside.
@Loop private struct Journey {
    let platform: Platform
    let applicant = Caller.citizen(People.applicant)
    let answers = Topic.answers(to: .eLicense)
    let inquiries = Topic.inquiries(to: .naturalPersons)

    init(_ platform: Platform) { self.platform = platform }

    func walk() async throws {
        try await theRegisterHasThePerson()
        let receipt = try await theCitizenApplies()
        let application = try await theExtractArrives(receipt.number)
        try await nothingReadableTravels(application)
        let licence = try await theOfficialIssues(application)
        try await anyoneChecks(licence)
        try await silenceGrants()
        try await theCitizenSeesWhoLooked(application)
        try await eventsStandOnTheTopic(application, licence)
        for service in Catalogue.services { try await platform.checkLog(of: service.name) }
        try tellTheJudges(application)
    }

    // MARK: 1

    private func theRegisterHasThePerson() async throws {
        let record = try await platform.call(Persons.own, Empty(), as: applicant)
        #expect(record.iin == People.applicant)
        #expect(record.name == People.all[0].name)
        #expect(record.address?.kato.rawValue == "101010000")
    }

    // MARK: 2

    private func theCitizenApplies() async throws -> Licences.Receipt {
        let kinds = try await platform.call(Licences.kinds, Licences.KindsQuery(), as: nil)
        let kind = try #require(kinds.kinds.first { $0.code == "advocate" })
        #expect(kind.holder == .person)
        let receipt = try await platform.submit(as: People.applicant)
        // Nothing is waited for here: what was answered is in the database.
        #expect(try await platform.database(.eLicense).count("application WHERE number = \(receipt.number)") == 1)
        #expect(receipt.status == .registered)
        #expect(receipt.number.rawValue.hasPrefix("KZ"))
        #expect(receipt.deadline.at > receipt.submittedAt)
        let steps = receipt.deadline.steps
        #expect(steps.count >= 3)
        #expect(steps.contains { $0.date == receipt.deadline.date && $0.citation?.contains("202-V") == true })
        #expect(steps.allSatisfy { !$0.text.kk.isEmpty && !$0.text.ru.isEmpty && !$0.text.en.isEmpty && $0.text.kk != $0.text.en })
        return receipt
    }

    // MARK: 3

    private func theExtractArrives(_ number: LicenceNumber) async throws -> Licences.Application {
        let found = Holder<Licences.Application?>(nil)
        try await eventually("the extract is in the case file") {
            let application = try await platform.application(number, as: applicant)
            found.value = application
            return application.facts?.answeredAt != nil
        }
        let application = try #require(found.value)
        let extract = try #require(application.facts?.extract)
        #expect(application.status == .underReview)
        #expect(application.case.rawValue == "e-license:\(number)")
        #expect(extract.iin == People.applicant)
        #expect(extract.name == People.all[0].name)
        #expect(extract.citizenship?.rawValue == "KZ")
        #expect(extract.status == .alive)
        // Nobody asked for these.
        #expect(extract.sex == nil)
        #expect(extract.address == nil)
        return application
    }

    private func nothingReadableTravels(_ application: Licences.Application) async throws {
        for topic in [inquiries, answers] {
            let records = try await platform.records(of: topic)
            #expect(records.count == 1)
            for record in records {
                #expect(record.keyText == application.case.rawValue)
                #expect(record.text("ce_specversion") == "1.0")
                #expect(record.text("content-type") == "application/jose")
                #expect(record.valueText.split(separator: ".", omittingEmptySubsequences: false).count == 5)
                for secret in Journey.secrets { #expect(!record.valueText.contains(secret) && !"\(record.headers.map(\.text))".contains(secret)) }
                // Each is sealed to its reader: an extract opened with another key stays shut.
                for key in [try PrivateKey.generate(), try #require(platform.keys.opening[topic == answers ? .naturalPersons : .eLicense])] {
                    #expect(throws: SealedError.self) { _ = try Sealed.open(record.valueText, with: key) }
                }
                let own = try #require(platform.keys.opening[topic == answers ? .eLicense : .naturalPersons])
                #expect(try Sealed.open(record.valueText, with: own).count > 100)
            }
        }
    }

    // MARK: 4

    private func theOfficialIssues(_ application: Licences.Application) async throws -> LicenceNumber {
        let queue = try await platform.call(Licences.queue, PageRequest(), as: People.official)
        let item = try #require(queue.items.first { $0.number == application.number })
        #expect(item.applicant == People.all[0].name)
        #expect(item.deadline == application.deadline.date)
        let answer = try await platform.call(
            Licences.decide, Licences.Decision(number: application.number, outcome: .issue), as: People.official)
        #expect(answer.status == .issued)
        let licence = try #require(answer.licence)
        #expect(licence != application.number)
        #expect(try await platform.application(application.number, as: applicant).licence == licence)
        return licence
    }

    private func anyoneChecks(_ licence: LicenceNumber) async throws {
        let answer = try await platform.send(try platform.request(Licences.check, Licences.LicenceQuery(number: licence), as: nil))
        #expect(answer.status == 200)
        let check: Licences.LicenceCheck = try answer.decoded()
        #expect(check.status == .active)
        #expect(check.holder == People.all[0].name)
        #expect(!check.deemedIssued)
        #expect(!answer.text.contains(People.applicant.rawValue))
    }

    // MARK: 5

    private func silenceGrants() async throws {
        let second = Caller.citizen(People.secondApplicant)
        let kinds = try await platform.call(Licences.kinds, Licences.KindsQuery(), as: nil).kinds
        let kind = try #require(kinds.first { $0.silenceGrants && $0.holder != .entity })
        let receipt = try await platform.submit(kind.code, as: People.secondApplicant)
        #expect(receipt.deadline.silenceGrants)
        // A moment before its end the deadline has no effect.
        let before = DevelopmentClock.Move(to: receipt.deadline.at + .seconds(-3600))
        let reading = try await platform.call(DevelopmentClock.move(for: .eLicense), before, as: People.administrator)
        #expect(reading.now < receipt.deadline.at)
        #expect(try await platform.application(receipt.number, as: second).decision == nil)
        let past = DevelopmentClock.Move(to: receipt.deadline.at + .seconds(60))
        _ = try await platform.call(DevelopmentClock.move(for: .eLicense), past, as: People.administrator)
        try await eventually("the law has decided") { try await platform.application(receipt.number, as: second).status.isFinal }
        let application = try await platform.application(receipt.number, as: second)
        #expect(application.status == .deemedIssued)
        #expect(application.decision?.citation?.hasSuffix("art. 26") == true)
        #expect(application.decision?.body == nil)
        // The law's moment, however late the timer ran.
        #expect(application.decision?.at == receipt.deadline.at)
        #expect(application.deadline.steps == receipt.deadline.steps)
        let licence = try #require(application.licence)
        let check = try await platform.call(Licences.check, Licences.LicenceQuery(number: licence), as: nil)
        #expect(check.deemedIssued)
        #expect(check.status == .active)
        // An official comes too late.
        await #expect(throws: Declined.self) {
            try await platform.call(Licences.decide, Licences.Decision(number: receipt.number, outcome: .issue), as: People.official)
        }
    }

    // MARK: 6

    private func theCitizenSeesWhoLooked(_ application: Licences.Application) async throws {
        let register = try await platform.call(AccessHistory.operation(for: .naturalPersons), PageRequest(), as: applicant).items
        let entry = try #require(register.first { $0.operation == Persons.extract.name })
        #expect(entry.case == application.case.rawValue)
        #expect(entry.service == .eLicense)
        #expect(entry.body == "ministry-of-justice")
        #expect(entry.basis == "permits-law-2014")
        #expect(Set(entry.fields) == ["name", "birthDate", "citizenship", "status"])
        #expect(entry.outcome == .shown)
        #expect(register.filter { $0.operation == Persons.extract.name }.count == 1)
        #expect(register.contains { $0.operation == Persons.own.name && $0.capacity == .citizen })
        // Whoever looks into a history is in it.
        let again = try await platform.call(AccessHistory.operation(for: .naturalPersons), PageRequest(), as: applicant).items
        #expect(again.contains { $0.operation == "access-history.list" })
        // Page by page: who waits for an extract reads often.
        var licences: [AccessHistory.Entry] = []
        var page = PageRequest(limit: 100)
        repeat {
            let found = try await platform.call(AccessHistory.operation(for: .eLicense), page, as: applicant)
            licences += found.items
            page.cursor = found.next
        } while page.cursor != nil
        for operation in ["applications.submit", "applications.read", "applications.queue", "applications.decide", "licences.check"] {
            #expect(licences.contains { $0.operation == operation }, "\(operation) is not in the history")
        }
    }

    // MARK: Beside the steps

    private func eventsStandOnTheTopic(_ application: Licences.Application, _ licence: LicenceNumber) async throws {
        let topic = ApplicationSubmitted.topic
        try await eventually("three events of the first case and three of the second are on the topic") {
            try await platform.records(of: topic).count >= 6
        }
        let records = try await platform.records(of: topic).filter { $0.keyText == application.id.uuidString.lowercased() }
        #expect(records.map { $0.text("ce_type") } == [ApplicationSubmitted.type, ApplicationDecided.type, LicenceIssued.type])
        #expect(records.allSatisfy { $0.text("ce_source") == "/e-license" && $0.text("content-type") == "application/json" })
        let issued = try JSON.decode(LicenceIssued.self, from: try #require(records.last?.value))
        #expect(issued.licence == licence)
        for secret in Journey.secrets { #expect(!records.contains { $0.valueText.contains(secret) }) }
    }

    /// Where the judges find what this journey has left on the broker, and what must not be readable there.
    private func tellTheJudges(_ application: Licences.Application) throws {
        guard let place = Platform.variable("TEST_STATE") else { return }
        let name = platform.prefix
        let lines =
            ["clear \(ApplicationSubmitted.topic.name(prefix: name))", "sealed \(inquiries.name(prefix: name))", "sealed \(answers.name(prefix: name))"]
            + ["key \(application.id.uuidString.lowercased())", "key \(application.case.rawValue)"] + Journey.secrets.map { "secret \($0)" }
        try Files.write(Array((lines.joined(separator: "\n") + "\n").utf8), to: "\(place)/journey.txt")
    }

    private static let secrets = [People.applicant.rawValue, "Серікбаев", "Серикбаев", "Болатович", "1985-03-15"]
}

/// A value that closures on the loop share.
@Loop final class Holder<Value> {
    var value: Value
    init(_ value: Value) { self.value = value }
}
