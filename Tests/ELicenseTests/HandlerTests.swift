import Contracts
import EventLoop
import Foundation
import Messaging
import Postgres
import Testing

@testable import ELicense
@testable import ServiceKit

extension OverPostgres {
    @Suite("Timers and answers") struct HandlerTests {
        private static let due = DecisionDue(application: Case.applicationID)

        @Test func silenceStandsInTheJournal() async throws {
            try await TestLicensing.run { licensing in
                let submitted = try await licensing.submit()
                try await licensing.decide(at: "2015-12-24T18:00:00Z") { try await $0.grantTacitly(HandlerTests.due, $1) }
                #expect(try await licensing.application().status == .deemedIssued)
                #expect(try await licensing.count("""
                    SELECT count(*) FROM journal WHERE subject = \(submitted.applicant) AND operation = 'applications.deemed-issued'
                        AND case_id = \(try submitted.caseID) AND basis = 'permits-law-2014' AND outcome = 'changed'
                        AND body = \(submitted.licensor)
                    """) == 1)
            }
        }

        @Test func theExtractStandsInTheJournalWithItsFields() async throws {
            try await TestLicensing.run { licensing in
                let submitted = try await licensing.submit()
                let answer = try Case.extract(.alive)
                for _ in 1...2 {
                    try await licensing.decide(at: "2015-11-30T06:01:00Z") { service, work in
                        work.caseID = try submitted.caseID.rawValue
                        try await service.takeExtract(answer, work)
                    }
                }
                #expect(try await licensing.count("""
                    SELECT count(*) FROM journal WHERE subject = \(submitted.applicant) AND operation = 'applications.extract-taken'
                        AND case_id = \(try submitted.caseID) AND fields = '{name,status}' AND outcome = 'changed'
                    """) == 1)
            }
        }

        /// What happens to an application is added to its history, which is not read for that.
        @Test func theHistoryGrows() async throws {
            try await TestLicensing.run { licensing in
                let submitted = try await licensing.submit()
                try await licensing.decide(at: "2015-11-30T06:01:00Z") { service, work in
                    work.caseID = try submitted.caseID.rawValue
                    try await service.takeExtract(try Case.extract(.alive), work)
                }
                try await licensing.decide(at: "2015-12-24T18:00:00Z") { try await $0.grantTacitly(HandlerTests.due, $1) }
                let application = try await licensing.application()
                #expect(application.history.map(\.status) == [.registered, .underReview, .deemedIssued])
                #expect(application.deadline == submitted.deadline)
                #expect(application.version == 3)
            }
        }

        /// The timer is late: an answer that is quicker meets the licence that silence has given all the same.
        @Test func aDeathToldAfterTheDeadlineEndsTheLicenceThatSilenceGave() async throws {
            try await TestLicensing.run { licensing in
                let submitted = try await licensing.submit()
                let answer = try Case.extract(.deceased)
                try await licensing.decide(at: "2015-12-24T18:00:00Z") { service, work in
                    try work.schedule(HandlerTests.due, at: submitted.deadline.at)
                    work.caseID = try submitted.caseID.rawValue
                    try await service.takeExtract(answer, work)
                }
                let application = try await licensing.application()
                #expect(application.status == .deemedIssued)
                #expect(application.history.count == application.version, "\(application.history.map(\.status))")
                #expect(try await licensing.count("SELECT count(*) FROM licence WHERE status = 'terminated' AND holder_name IS NOT NULL") == 1)
                #expect(try await licensing.count("SELECT count(*) FROM timer WHERE type = 'decision-due'") == 0)
                #expect(try await licensing.count("SELECT count(*) FROM journal") == 2)
                try await licensing.decide(at: "2015-12-24T18:00:01Z") { try await $0.grantTacitly(HandlerTests.due, $1) }
                #expect(try await licensing.count("SELECT count(*) FROM licence") == 1)
            }
        }

        /// The clock that let the timer fire was put back before the handler read it.
        @Test func aTimerThatHasFiredIsDue() async throws {
            try await TestLicensing.run { licensing in
                _ = try await licensing.submit()
                try await licensing.decide(at: "2015-12-24T17:59:59Z") { try await $0.grantTacitly(HandlerTests.due, $1) }
                #expect(try await licensing.application().status == .deemedIssued)
            }
        }

        /// The catalogue is asked for the letters of a licence, and not where there is none.
        @Test func noLicenceNeedsNoCatalogue() async throws {
            try await TestLicensing.run { licensing in
                let submitted = try await licensing.submit()
                _ = try await licensing.database.run(Batch(statements: [
                    #"UPDATE application SET rules = jsonb_set(rules, '{kinds}', '"2014-01-01"')"#
                ]))
                let official = try Case.official(submitted.licensor)
                let refusal = Licences.Decision(
                    number: submitted.number, outcome: .refuse, ground: .courtBan, reasoning: try LongText("решение суда"))
                try await licensing.decide(official, at: "2015-12-10T06:00:00Z") { try await $0.decide(refusal, $1) }
                #expect(try await licensing.application().status == .refused)
                try await licensing.decide(at: "2015-12-24T18:00:00Z") { try await $0.grantTacitly(HandlerTests.due, $1) }
                #expect(try await licensing.application().status == .refused)
            }
        }

        @Test func aWithdrawalNamesItsCase() async throws {
            try await TestLicensing.run { licensing in
                let submitted = try await licensing.submit()
                let withdrawal = Licences.Withdrawal(number: submitted.number)
                let (_, caseID) = try await licensing.decide(.citizen(try Case.iin()), at: "2015-12-01T06:00:00Z") {
                    try await $0.withdraw(withdrawal, $1)
                }
                #expect(try caseID == submitted.caseID.rawValue)
            }
        }
    }
}
