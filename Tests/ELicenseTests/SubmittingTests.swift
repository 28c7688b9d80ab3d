import Contracts
import Testing

@testable import ELicense

@Suite("Submitting") struct SubmittingTests {
    @Test func acceptedApplication() throws {
        let application = try Case.submitted()
        #expect(application.number == (try LicenceNumber(series: "APP", serial: 700)))
        #expect(try application.caseID.rawValue == "e-license:\(application.number)")
        #expect(application.status == .registered)
        #expect(application.licensor == "justice")
        #expect(application.version == 1)
        #expect(application.facts.askedAt == application.submittedAt)
        #expect(application.rules == RuleEditions(
            kinds: "2015-01-01", deadlines: "2015-01-01", calendars: [2015], workingDays: 15, isSilenceAssumed: true))
        #expect(application.submittedEvent.deadline == (try moment("2015-12-24T18:00:00Z")))
        #expect(application.receipt.deadline.steps == application.deadline.steps)
    }

    /// Art. 32: some activities are not for persons; the catalogue says which.
    @Test func kindForEntitiesIsRefusedToAPerson() throws {
        #expect(try refusal { try Case.submitted("education") }.rule == "holder-kind")
        #expect(try Case.submitted("environment").status == .registered)
    }

    @Test func unknownKind() throws {
        let refusal = try refusal { try Case.submitted("fortune-telling") }
        #expect(refusal.rule == "kind-unknown")
        #expect(refusal.status == 422)
    }

    @Test func refusedApplicationTakesNoNumber() throws {
        var taken = 0
        _ = try refusal {
            try Application.submitted(
                Licences.Submission(kind: "education", language: .kk), by: try Case.iin(), at: try moment("2015-11-30T06:00:00Z"),
                law: try Law.data(), id: Case.applicationID) {
                taken += 1
                return 1
            }
        }
        #expect(taken == 0)
    }
}
