import CommandLine
import Contracts
import EventLoop

/// The main job of the platform, from an application to the question who read my data, with real calls.
@Loop final class Demonstration {
    private let client: ServiceClient
    private let keys: KeyFolder
    private let services: [ServiceName]
    private let language: Language
    private var story: DemoStory
    /// Longest wait for what travels through the broker.
    private let patience: Duration

    init(_ client: ServiceClient, _ platform: Platform, patience: Duration) {
        self.client = client
        self.patience = patience
        keys = platform.keys
        services = Catalogue.services.map(\.name)
        language = platform.language
        story = DemoStory(platform)
    }

    func run() async throws {
        defer { story.finish() }
        do {
            let applicant = try keys.token(for: .citizen(IIN(Personas.applicant))).token
            let `operator` = try keys.token(for: .operator("demo")).token
            // What would spoil it later is found out first.
            let kind = try await kind("advocate")
            _ = try await client.clocks(of: services, as: `operator`)

            let receipt = try await applies(kind, applicant)
            let application = try await registerAnswers(receipt.number, applicant)
            let licence = try await officialDecides(application)
            try await anyoneChecks(licence)
            try await silenceGrants(`operator`)
            try await whoReadMyData(application, applicant)
        } catch let failure as CommandFailure {
            throw story.failure(failure)
        }
    }

    // MARK: The steps

    private func applies(_ kind: Licences.Kind, _ token: String) async throws -> Licences.Receipt {
        story.begin(DemoTexts.applies(kind))
        let receipt = try await client.call(Licences.submit, Licences.Submission(kind: kind.code, language: language), as: token)
        story.tell(DemoTexts.accepted(receipt))
        story.tell(ApplicationText.derivation(receipt.deadline, language))
        story.end("apply", [
            "kind": .string(kind.code.rawValue), "number": .string(receipt.number.rawValue),
            "deadline": .string("\(receipt.deadline.date)"), "derivation": try JSON.tree(receipt.deadline.steps),
        ])
        return receipt
    }

    private func registerAnswers(_ number: LicenceNumber, _ token: String) async throws -> Licences.Application {
        story.begin(DemoTexts.registerAnswers)
        let application = try await application(number, token, DemoTexts.extract) { $0.facts?.answeredAt != nil || $0.facts?.refusal != nil }
        guard let facts = application.facts, let extract = facts.extract else {
            let why = application.facts?.refusal?.text[language] ?? "no extract"
            throw CommandFailure(
                "the register gave no extract: \(why)",
                advice: "the demonstration's persons must be in it: egovctl persons generate --count 1000 …, natural-persons import FILE")
        }
        story.tell(DemoTexts.answered(facts, extract, application.case, language))
        story.end("extract", [
            "number": .string(number.rawValue), "case": .string(application.case.rawValue), "askedAt": try JSON.tree(facts.askedAt),
            "answeredAt": facts.answeredAt.map { .string("\($0)") } ?? .null, "status": try JSON.tree(application.status),
        ])
        return application
    }

    private func officialDecides(_ application: Licences.Application) async throws -> LicenceNumber {
        story.begin(DemoTexts.decides(application.licensor))
        let official = Caller.official(try IIN(Personas.official), body: application.licensor.body, position: "specialist")
        let token = try keys.token(for: official).token
        let answer = try await client.call(Licences.decide, Licences.Decision(number: application.number, outcome: .issue), as: token)
        guard let licence = answer.licence else {
            throw CommandFailure("the application is \(answer.status.text.en), without a licence")
        }
        story.tell(DemoTexts.issued(answer, licence))
        story.end("decide", [
            "body": .string(application.licensor.body.rawValue), "status": try JSON.tree(answer.status), "licence": .string(licence.rawValue),
        ])
        return licence
    }

    private func anyoneChecks(_ number: LicenceNumber) async throws {
        story.begin(DemoTexts.checks)
        let licence = try await client.call(Licences.check, Licences.LicenceQuery(number: number), as: nil)
        story.tell(DemoTexts.checked(licence, language))
        story.end("check", [
            "licence": .string(number.rawValue), "status": try JSON.tree(licence.status), "issuedOn": .string("\(licence.issuedOn)"),
        ])
    }

    private func silenceGrants(_ operator: String) async throws {
        let kind = try await kind("advocate", whereSilenceGrants: true)
        story.begin(DemoTexts.silence(kind))
        let token = try keys.token(for: .citizen(IIN(Personas.secondApplicant))).token
        let receipt = try await client.call(Licences.submit, Licences.Submission(kind: kind.code, language: language), as: token)
        story.tell(DemoTexts.leftAlone(receipt))
        let past = receipt.deadline.at + .seconds(60)
        let readings = try await client.moveClocks(of: services, to: past, as: `operator`)
        story.tell(DemoTexts.moved(readings))
        let application = try await application(receipt.number, token, DemoTexts.tacit) { $0.status.isFinal }
        guard application.status == .deemedIssued else {
            throw CommandFailure("the application is \(application.status.text.en), and not deemed issued")
        }
        story.tell(DemoTexts.deemedIssued(application))
        story.tell(ApplicationText.derivation(application.deadline, language))
        let isAssumed = kind.assumed.contains("silenceGrants")
        story.tell(DemoTexts.source(isAssumed, application.decision?.citation))
        story.end("silence", [
            "number": .string(receipt.number.rawValue), "status": try JSON.tree(application.status),
            "licence": application.licence.map { .string($0.rawValue) } ?? .null, "deadline": .string("\(receipt.deadline.date)"),
            "movedTo": .string("\(past)"), "silenceGrantsIsAssumed": .bool(isAssumed),
            "derivation": try JSON.tree(application.deadline.steps),
        ])
    }

    private func whoReadMyData(_ application: Licences.Application, _ token: String) async throws {
        story.begin(DemoTexts.history)
        let history = AccessHistory.operation(for: .naturalPersons)
        let page = try await client.call(history, PageRequest(limit: 100), as: token)
        guard let entry = page.items.first(where: { $0.case == application.case.rawValue }) else {
            throw CommandFailure(
                "the inquiry of the case \(application.case) is not in the history", advice: "egovctl history --iin \(Personas.applicant)")
        }
        story.tell(DemoTexts.read(entry))
        story.end("history", ["entry": try JSON.tree(entry)])
    }

    // MARK: Looking

    /// The kind so named; or, where silence must grant, another kind for persons when it does not there.
    private func kind(_ code: LicenceKindCode, whereSilenceGrants: Bool = false) async throws -> Licences.Kind {
        let kinds = try await client.call(Licences.kinds, Licences.KindsQuery(), as: nil).kinds
        if let kind = kinds.first(where: { $0.code == code }), kind.silenceGrants || !whereSilenceGrants { return kind }
        guard let kind = kinds.first(where: { whereSilenceGrants && $0.silenceGrants && $0.holder != .entity }) else {
            throw CommandFailure("the catalogue of e-license has no fitting kind", advice: "load its data: e-license migrate")
        }
        return kind
    }

    /// The application as its applicant sees it, once it is as it should be.
    private func application(
        _ number: LicenceNumber, _ token: String, _ awaited: LocalizedText, until isReady: (Licences.Application) -> Bool
    ) async throws -> Licences.Application {
        let end = Loop.now + patience
        while true {
            let application = try await client.call(Licences.application, Licences.ApplicationQuery(number: number), as: token)
            if isReady(application) { return application }
            guard Loop.now < end else {
                throw CommandFailure(
                    "\(awaited[language]): not within \(patience.components.seconds) s", advice: "egovctl status, egovctl messages list",
                    exitCode: .unavailable)
            }
            try await Loop.sleep(for: .milliseconds(250))
        }
    }
}
