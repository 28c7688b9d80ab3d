import Contracts
import EventLoop
import Foundation
import Postgres
import Testing

@testable import NaturalPersons

extension OverPostgres {
    @Suite struct ImportTests {
        private struct RejectLine: Decodable {
            var line: Int
            var field: String?
            var rule: String
            var reason: String
            var raw: String?
            var rawBase64: String?
        }

        private func rejects(of file: TestFile) throws -> [RejectLine] {
            try Data(contentsOf: URL(fileURLWithPath: file.path + ".rejects.jsonl")).split(separator: 0x0A)
                .map { try JSON.decode(RejectLine.self, from: [UInt8]($0)) }
        }

        @Test func goodRowsGoInAndBadOnesAreKeptAside() async throws {
            let bad = Fixture.row("850315300018")
            let file = try TestFile(lines: [Fixture.header, Fixture.row(Fixture.iins[0]), bad, Fixture.row(Fixture.iins[1])])
            let reasons = try await rejectsAfterImport(file)
            #expect(reasons.map(\.line) == [3])
            #expect(reasons.first?.field == "iin" && reasons.first?.rule == "iin-check-digit")
            #expect(reasons.first?.raw == bad)
            let mode = try FileManager.default.attributesOfItem(atPath: file.path + ".rejects.jsonl")[.posixPermissions] as? Int
            #expect(mode == 0o600)
        }

        private func rejectsAfterImport(_ file: TestFile) async throws -> [RejectLine] {
            try await TestRegister.run { register in
                let summary = try await register.take(file)
                #expect(summary.imported == 2 && summary.present == 0 && summary.rejected == 1)
                #expect(try await register.count("SELECT count(*) FROM person WHERE import_id IS NOT NULL AND version = 1") == 2)
                #expect(try await register.count("SELECT count(*) FROM outbox") == 0)
            }
            return try rejects(of: file)
        }

        @Test func nothingRejectedLeavesNoFile() async throws {
            let file = try TestFile(lines: [Fixture.header, Fixture.row(Fixture.iins[0])])
            try await TestRegister.run { register in _ = try await register.take(file) }
            #expect(!FileManager.default.fileExists(atPath: file.path + ".rejects.jsonl"))
        }

        @Test func importedAgainAllIsPresent() async throws {
            let file = try TestFile(lines: [Fixture.header] + Fixture.iins.map { Fixture.row($0) })
            try await TestRegister.run { register in
                #expect(try await register.take(file).imported == 7)
                let again = try await register.take(file)
                #expect(again.imported == 0 && again.present == 7 && again.rejected == 0 && again.resumedAtLine == nil)
                #expect(try await register.count("SELECT count(*) FROM person") == 7)
            }
        }

        @Test func aNumberWithOtherDataIsRejectedAndTheRecordStays() async throws {
            let first = try TestFile(lines: [Fixture.header, Fixture.row(Fixture.iins[0])])
            let other = try TestFile(lines: [Fixture.header, Fixture.row(Fixture.iins[0], surname: "Өзге"), Fixture.row(Fixture.iins[1])])
            try await TestRegister.run { register in
                _ = try await register.take(first)
                let summary = try await register.take(other)
                #expect(summary.imported == 1 && summary.rejected == 1)
                #expect(try await register.count("SELECT count(*) FROM person WHERE surname_kk = 'Өзге'") == 0)
            }
            #expect(try rejects(of: other).map { "\($0.line) \($0.rule) \($0.reason)" } == ["2 exists-with-other-data exists with other data"])
        }

        /// The database breaks the import off while it commits its third batch, whose rejects are on disk by then.
        @Test func aBrokenOffImportGoesOnWithoutDoubles() async throws {
            var lines = [Fixture.header]
            for iin in Fixture.iins { lines += [Fixture.row(iin), "bad \(iin)"] }
            let file = try TestFile(lines: lines)
            try await TestRegister.run { register in
                try await register.execute("""
                    CREATE FUNCTION break_off() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                        IF NEW.line > 6 THEN RAISE 'broken off'; END IF; RETURN NEW; END $$
                    """)
                try await register.execute("CREATE TRIGGER break_off BEFORE UPDATE ON person_import FOR EACH ROW EXECUTE FUNCTION break_off()")
                await #expect(throws: PostgresError.self) { try await register.take(file) }
                #expect(try await register.count("SELECT count(*) FROM person") == 2)
                try await register.execute("DROP TRIGGER break_off ON person_import")

                let summary = try await register.take(file)
                #expect(summary.resumedAtLine == 6)
                #expect(summary.imported == 7 && summary.present == 0 && summary.rejected == 7)
                #expect(try await register.count("SELECT count(*) FROM person") == 7)
            }
            #expect(try rejects(of: file).map(\.line) == [3, 5, 7, 9, 11, 13, 15])
        }

        @Test func linesOfJSONGoInToo() async throws {
            let good = String(decoding: try JSON.encode(try Fixture.person()), as: UTF8.self)
            let file = try TestFile(lines: [good, "{", good], name: "persons.jsonl")
            try await TestRegister.run { register in
                let summary = try await register.take(file, .jsonl, batchRows: 1)
                #expect(summary.imported == 1 && summary.present == 1 && summary.rejected == 1)
                let record = try await register.database.fetch(PersonTable.person(try IIN(Fixture.iins[0])))
                let expected = Persons.Record(try Fixture.person(), id: .v7())
                #expect(record.map { $0.fields(changedFrom: expected) } == [])
            }
        }

        @Test func twoImportsDoNotRunAtOnce() async throws {
            let file = try TestFile(lines: [Fixture.header, Fixture.row(Fixture.iins[0])])
            try await TestRegister.run { register in
                let session = try await register.database.session()
                #expect(try await session.tryAdvisoryLock(PersonImportTable.lock))
                await #expect(throws: (any Error).self) { try await register.take(file) }
                await session.close()
                #expect(try await register.count("SELECT count(*) FROM person") == 0)
            }
        }

        @Test func theClassifierIsLoadedOnceAndCorrected() async throws {
            let header = "id;parent_id;code;name"
            let first = try TestFile(lines: [header, "1;0;110000000;Акмолинская область", "2;1;111000000;г.Кокшетау"])
            let renamed = try TestFile(lines: [header, "1;0;110000000;Ақмола облысы"])
            try await TestRegister.run { register in
                let load = { (file: TestFile) in try await KATOImport(database: register.database, path: file.path).run() }
                #expect(try await load(first).changed == 2)
                #expect(try await load(first).changed == 0)
                let summary = try await load(renamed)
                #expect(summary.changed == 1 && summary.missing == 1 && summary.regions == ["11"])
                #expect(try await register.count("SELECT count(*) FROM kato WHERE region = '11'") == 2)
            }
        }
    }
}
