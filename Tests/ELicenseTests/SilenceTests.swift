import Contracts
import Testing

@testable import ELicense

/// Law of 16.05.2014 No. 202-V, art. 26.
@Suite("Art. 26: silence") struct SilenceTests {
    @Test func silenceGrants() throws {
        var application = try Case.underReview()
        let outcome = try #require(try application.timePassed(at: "2015-12-30T12:00:00Z"))
        let licence = try #require(outcome.licence)
        #expect(application.status == .deemedIssued)
        #expect(licence.isDeemedIssued)
        #expect(licence.issuedOn == (try day("2015-12-25")))
        #expect(outcome.decided.outcome == .deemedIssued)
        // The law decides at the deadline, however late the timer comes.
        #expect(outcome.decided.at == application.deadline.at)
        let record = try #require(application.decision)
        #expect(record.body == nil && record.official == nil)
        #expect(record.citation == "Law of 16.05.2014 No. 202-V, art. 26")
        #expect(record.reasoning?.rawValue.contains("2015-12-24") == true)
        #expect(record.reasoning?.rawValue.contains("допущение") == true)
    }

    /// Silence is of the state: its own register's lateness does not take the licence away.
    @Test func silenceDoesNotWaitForFacts() throws {
        var application = try Case.submitted()
        let licence = try #require(try application.timePassed()?.licence)
        #expect(licence.holderName == nil)
        let consequence = application.take(try Case.extract(.alive), at: try moment("2015-12-26T06:00:00Z"))
        #expect(consequence == .named(try Case.name()))
        #expect(application.status == .deemedIssued)
        #expect(application.facts.extract?.name == (try Case.name()))
    }

    /// Art. 35: a licence that silence gave to somebody who had died has ended.
    @Test func lateNewsOfADeath() throws {
        var application = try Case.submitted()
        _ = try application.timePassed()
        let consequence = application.take(try Case.extract(.deceased), at: try moment("2015-12-26T06:00:00Z"))
        #expect(consequence == .terminated(try Case.name()))
        #expect(application.history.last?.text == CaseTexts.licenceEnded)
    }

    /// Between the deadline and the timer the law has decided already: an answer that comes then meets a licence.
    @Test(arguments: [Persons.Status.deceased, .alive])
    func answerBeforeTheTimerAndAfterItComeToTheSame(status: Persons.Status) throws {
        let answer = try Case.extract(status)
        let (deadline, secondLater) = (try moment("2015-12-24T18:00:00Z"), try moment("2015-12-24T18:00:01Z"))
        let day = try day("2015-12-25")
        var early = try Case.submitted()
        let (granted, consequence) = try early.answered(answer, at: deadline, on: day) { try Case.licenceNumber() }
        var late = try Case.submitted()
        let outcome = try #require(try late.timePassed())
        let after = try late.answered(answer, at: secondLater, on: day) { throw NotRefused() }
        #expect(granted == outcome && after.granted == nil)
        #expect(consequence == after.consequence)
        #expect(consequence == (status == .deceased ? .terminated(try Case.name()) : .named(try Case.name())))
        #expect(early.status == .deemedIssued && early.decision == late.decision && early.licence == late.licence)
        #expect(early.history.map(\.text) == late.history.map(\.text))
    }

    @Test func answerBeforeTheDeadlineGrantsNothing() throws {
        var application = try Case.submitted()
        let (granted, consequence) = try application.answered(
            try Case.extract(.alive), at: try moment("2015-12-24T17:59:59.999999Z"), on: try day("2015-12-25")) { throw NotRefused() }
        #expect(granted == nil && consequence == .none && application.status == .underReview)
    }

    @Test func silenceDoesNotGrantToTheDead() throws {
        var application = try Case.underReview("advocate", .deceased)
        #expect(try application.timePassed() == nil)
        #expect(application.status == .underReview)
        #expect(application.history.last?.text == CaseTexts.overdueDeceased)
        #expect(CaseTexts.overdueDeceased.en.contains("assumed") && CaseTexts.overdueDeceased.kk.contains("болжам"))
    }

    /// Where the kind does not allow silence, the case is overdue and an official still decides.
    @Test func kindWithoutTacitApproval() throws {
        var application = try Case.underReview("environment")
        #expect(try application.timePassed() == nil)
        #expect(application.status == .underReview)
        #expect(application.history.last == Licences.HistoryItem(at: application.deadline.at, status: .underReview, text: CaseTexts.overdue))
        _ = try application.decided(try Case.decision(.issue), at: "2015-12-28T06:00:00Z")
        #expect(application.status == .issued)
    }

    @Test func notAMomentBeforeTheDeadline() throws {
        var application = try Case.underReview()
        let before = application
        #expect(try application.timePassed(at: "2015-12-24T17:59:59.999999Z") == nil)
        #expect(application == before)
        _ = try application.decided(try Case.decision(.issue), at: "2015-12-24T17:59:59.999999Z")
        #expect(application.status == .issued)
    }

    /// Between the deadline and the timer the law has decided already, so nobody else can.
    @Test func officialComesTooLate() throws {
        var application = try Case.underReview()
        #expect(try refusal { try application.decided(try Case.decision(.issue), at: "2015-12-24T18:00:00Z") }.rule == "silence-has-granted")
        let late = try moment("2015-12-24T18:00:00Z")
        #expect(try refusal { try application.withdraw(at: late, reason: nil) }.rule == "silence-has-granted")
    }

    @Test func closedCasesStayAsTheyAre() throws {
        for decision in [try Case.decision(.issue), try Case.decision(.refuse, .courtBan, "суд")] {
            var application = try Case.underReview()
            _ = try application.decided(decision)
            let before = application
            #expect(try application.timePassed() == nil)
            #expect(application == before)
        }
        var granted = try Case.underReview()
        _ = try granted.timePassed()
        let before = granted
        #expect(try granted.timePassed(at: "2015-12-31T00:00:00Z") == nil)
        #expect(granted == before)
    }
}

@Suite("The register's answer") struct FactsTests {
    @Test func extractArrives() throws {
        let application = try Case.underReview()
        #expect(application.status == .underReview)
        #expect(application.version == 2)
        #expect(application.facts.extract?.name == (try Case.name()))
    }

    /// No more personal data than the case needs: what is closed takes none.
    @Test func closedCaseTakesNoExtract() throws {
        var application = try Case.submitted()
        _ = try application.withdraw(at: try moment("2015-11-30T06:00:30Z"), reason: nil)
        let before = application
        #expect(application.take(try Case.extract(.alive), at: try moment("2015-11-30T06:01:00Z")) == .none)
        #expect(application == before)
    }

    @Test func secondAnswerChangesNothing() throws {
        var application = try Case.underReview()
        let before = application
        #expect(application.take(try Case.extract(.deceased), at: try moment("2015-12-01T06:00:00Z")) == .none)
        #expect(application == before)
    }

    @Test func overdueCaseGoesUnderReviewWhenTheAnswerComes() throws {
        var application = try Case.submitted("environment")
        _ = try application.timePassed()
        #expect(application.status == .registered)
        _ = application.take(try Case.extract(.alive), at: try moment("2015-12-28T06:00:00Z"))
        #expect(application.status == .underReview)
    }

    @Test func lateAnswerShows() throws {
        let waiting = try Case.submitted()
        #expect(!waiting.areFactsLate(at: try moment("2015-11-30T06:10:00Z")))
        #expect(waiting.areFactsLate(at: try moment("2015-11-30T06:10:01Z")))
        #expect(try waiting.view(Law.kind("advocate"), at: moment("2015-11-30T07:00:00Z")).facts?.isLate == true)
        #expect(try !Case.underReview().areFactsLate(at: moment("2015-12-30T06:00:00Z")))
    }
}
