import Contracts
import EventLoop
import Foundation
import Postgres
import TestSupport
import Testing

@testable import ELicense

extension OverPostgres {
    @Suite("Deadlines, kept once") struct DeadlineTableTests {
        @Test func thoseOfADayAndKindShareARowAndEachIsReadWithItsDerivation() async throws {
            try await TestLicensing.run { licensing in
                let first = try await licensing.submit()
                var ids: [UUID] = []
                for (at, serial) in [("2015-11-30T07:00:00Z", Int64(701)), ("2015-12-01T06:00:00Z", 702)] {
                    let other = try Application.submitted(
                        Licences.Submission(kind: "advocate", language: .ru), by: try Case.iin(), at: try moment(at),
                        law: licensing.service.law, id: .v7()) { serial }
                    ids.append(other.id)
                    _ = try await licensing.database.run(Batch(statements: try ApplicationTable.insert(other)))
                }
                #expect(try await licensing.count("SELECT count(*) FROM application") == 3)
                #expect(try await licensing.count("SELECT count(*) FROM deadline") == 2)
                let read = try await licensing.database.fetch(ApplicationTable.own(of: try Case.iin(), before: nil, limit: 9))
                #expect(read.first { $0.id == ids[0] }?.deadline == first.deadline)
                #expect(read.first { $0.id == ids[1] }?.deadline.steps.isEmpty == false)
                #expect(read.first { $0.id == ids[1] }?.deadline != first.deadline)
            }
        }

        /// As rows were before deadlines had a table of their own.
        @Test func anOlderRowKeepsItsDeadline() async throws {
            try await TestLicensing.run { licensing in
                let submitted = try await licensing.submit()
                let place = try await TestPlace.make()
                let older = place.open()
                let both = ELicenseSchema.migrations
                try await older.apply([MigrationSet(series: both.series, migrations: Array(both.migrations.prefix(1)))])
                _ = try await older.run(Batch(statements: [
                    """
                    INSERT INTO application (id, number, kind, licensor, applicant, language, status, submitted_at, deadline_at, deadline, rules, facts,
                                             history, version)
                    VALUES (\(submitted.id), \(submitted.number), \(submitted.kind), \(submitted.licensor), \(submitted.applicant), 'ru', 'registered',
                            \(submitted.submittedAt), \(submitted.deadline.at), \(try JSONB(encoding: submitted.deadline)),
                            \(try JSONB(encoding: submitted.rules)), \(try JSONB(encoding: submitted.facts)),
                            \(try JSONB(encoding: submitted.history)), \(submitted.version))
                    """
                ]))
                #expect(try await older.apply([both]).map(\.number) == [2])
                let read = try await older.fetch(ApplicationTable.queue(of: submitted.licensor, after: nil, limit: 9))
                #expect(read == [submitted])
                await older.close()
                try await place.remove()
            }
        }
    }
}
