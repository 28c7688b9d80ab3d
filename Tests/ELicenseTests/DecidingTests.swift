import Contracts
import Testing

@testable import ELicense

@Suite("Deciding") struct DecidingTests {
    @Test func issue() throws {
        var application = try Case.underReview()
        let outcome = try application.decided(try Case.decision(.issue))
        let licence = try #require(outcome.licence)
        #expect(application.status == .issued)
        #expect(application.licence == licence.number)
        #expect(licence.holderName == (try Case.name()))
        #expect(licence.issuedOn == (try day("2015-12-10")))
        #expect(!licence.isDeemedIssued && licence.status == .active)
        #expect(outcome.decided.outcome == .issued)
        #expect(application.version == 3)
        #expect(application.history.map(\.status) == [.registered, .underReview, .issued])
    }

    /// Whoever is entitled can run the decision again: what it was made with is kept.
    @Test func decisionKeepsItsRulesAndInputs() throws {
        var application = try Case.underReview()
        _ = try application.decided(try Case.decision(.refuse, .courtBan, "решение суда"))
        let record = try #require(application.decision)
        #expect(record.rules.kinds == "2015-01-01")
        #expect(record.inputs == DecisionRecord.Inputs(
            submittedAt: application.submittedAt, deadline: try day("2015-12-24"), deadlineAt: application.deadline.at, silenceGrants: true,
            factsAnsweredAt: try moment("2015-11-30T06:01:00Z"), personStatus: .alive, factsRefusal: nil))
        #expect(record.official == (try IIN("920712400128")))
        #expect(record.citation == "Law of 16.05.2014 No. 202-V, art. 32")
        #expect(try !JSON.encode(record.view).starts(with: try JSON.encode(record)))
        #expect(try JSON.decode(DecisionRecord.self, from: JSON.encode(record)) == record)
    }

    /// Art. 32: every ground of the law, each with its reasoning.
    @Test(arguments: RefusalGround.allCases)
    func refusalWithAGround(_ ground: RefusalGround) throws {
        var application = try Case.underReview()
        let outcome = try application.decided(try Case.decision(.refuse, ground, "обоснование"))
        #expect(application.status == .refused)
        #expect(outcome.licence == nil)
        #expect(outcome.decided.ground == ground)
        #expect(application.decision?.view.groundText == ground.text)
    }

    /// Art. 32: a refusal without ground or reasoning is none; an issue has no ground.
    @Test func refusalHasGround() throws {
        var application = try Case.underReview()
        let before = application
        for (decision, rule) in [
            (try Case.decision(.refuse), "refusal-ground"), (try Case.decision(.refuse, .feeUnpaid), "refusal-ground"),
            (try Case.decision(.refuse, nil, "без основания"), "refusal-ground"), (try Case.decision(.issue, .feeUnpaid), "ground-with-issue"),
        ] {
            let refusal = try refusal { try application.decided(decision) }
            #expect(refusal.rule == rule)
            #expect(refusal.citation == RefusalGround.citation)
        }
        #expect(application == before)
    }

    @Test func onlyTheLicensorDecides() throws {
        var application = try Case.underReview()
        for caller in [try Case.official("education"), .citizen(try Case.iin())] {
            let refusal = try refusal { try application.decided(try Case.decision(.issue), by: caller) }
            #expect(refusal.rule == "licensor-only")
            #expect(refusal.status == 403)
        }
    }

    /// Art. 29: what a state system knows is asked there; we infer that nothing is issued before it has answered.
    @Test func factsAreThereToIssue() throws {
        var application = try Case.submitted()
        let refusal = try refusal { try application.decided(try Case.decision(.issue)) }
        #expect(refusal.rule == "facts-missing")
        #expect(refusal.text.en.contains("assumed") && refusal.text.ru.contains("допущение") && refusal.text.kk.contains("болжам"))
    }

    /// A register that is silent must not leave the official only the silence that grants.
    @Test func refusingDoesNotWaitForTheRegister() throws {
        var application = try Case.submitted()
        let outcome = try application.decided(try Case.decision(.refuse, .courtBan, "суд"))
        #expect(application.status == .refused && outcome.licence == nil)
        #expect(application.decision?.inputs.factsAnsweredAt == nil)
        #expect(try application.timePassed() == nil)
        #expect(application.take(try Case.extract(.alive), at: try moment("2015-12-11T06:00:00Z")) == .none)
        #expect(application.facts.extract == nil)
    }

    @Test func registerRefusedAnExtract() throws {
        var application = try Case.submitted()
        let why = Refusal(rule: "person-unknown", text: LocalizedText(kk: "жоқ", ru: "нет", en: "none"))
        _ = application.take(InquiryAnswer(inquiry: .v7(), answeredAt: application.submittedAt, refusal: why), at: application.submittedAt)
        #expect(application.status == .underReview)
        #expect(try refusal { try application.decided(try Case.decision(.issue)) }.rule == "facts-refused")
        _ = try application.decided(try Case.decision(.refuse, .falseDocuments, "лица нет в регистре"))
        #expect(application.decision?.inputs.factsRefusal == "person-unknown")
    }

    /// Art. 35: a licence ends with its holder's death.
    @Test func nothingIsIssuedToTheDead() throws {
        var application = try Case.underReview("advocate", .deceased)
        let refusal = try refusal { try application.decided(try Case.decision(.issue)) }
        #expect(refusal.rule == "applicant-deceased")
        #expect(refusal.citation == "Law of 16.05.2014 No. 202-V, art. 35")
        _ = try application.decided(try Case.decision(.refuse, .falseDocuments, "заявитель умер"))
        #expect(application.status == .refused)
    }

    @Test func decidingTwice() throws {
        for first in [try Case.decision(.issue), try Case.decision(.refuse, .courtBan, "суд")] {
            var application = try Case.underReview()
            _ = try application.decided(first)
            let before = application
            #expect(try refusal { try application.decided(try Case.decision(.issue)) }.rule == "already-decided")
            #expect(application == before)
        }
    }

    /// The place of payments in the state machine: nothing is decided or granted before the fee is there.
    @Test func unpaidApplicationIsNotConsidered() throws {
        var application = try Case.underReview()
        application.status = .awaitingPayment
        #expect(try refusal { try application.decided(try Case.decision(.issue)) }.rule == "awaiting-payment")
        #expect(try application.timePassed() == nil)
        #expect(application.status == .awaitingPayment)
    }

    @Test func refusalGivesNoLicenceNumberAway() throws {
        var application = try Case.underReview()
        var taken = 0
        _ = try application.decide(
            try Case.decision(.refuse, .courtBan, "суд"), by: try Case.official(), at: application.submittedAt, on: try day("2015-11-30")
        ) {
            taken += 1
            return try Case.licenceNumber()
        }
        #expect(taken == 0)
    }
}

@Suite("Withdrawing") struct WithdrawingTests {
    @Test func whileItIsUndecided() throws {
        for var application in [try Case.submitted(), try Case.underReview()] {
            let event = try application.withdraw(at: try moment("2015-12-01T06:00:00Z"), reason: try LongText("передумал"))
            #expect(application.status == .withdrawn)
            #expect(event.number == application.number)
            #expect(application.history.last?.text?.ru == "передумал")
            #expect(try application.timePassed() == nil)
        }
    }

    @Test func notOnceItIsClosed() throws {
        var application = try Case.underReview()
        _ = try application.decided(try Case.decision(.issue))
        #expect(try refusal { try application.withdraw(at: try moment("2015-12-11T06:00:00Z"), reason: nil) }.rule == "already-decided")
        var withdrawn = try Case.submitted()
        _ = try withdrawn.withdraw(at: try moment("2015-12-01T06:00:00Z"), reason: nil)
        #expect(try refusal { try withdrawn.withdraw(at: try moment("2015-12-01T07:00:00Z"), reason: nil) }.rule == "already-decided")
    }
}
