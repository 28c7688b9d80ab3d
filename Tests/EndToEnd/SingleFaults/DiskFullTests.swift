import Contracts
import EventLoop
import FoundationEssentials
import HTTP
import Postgres
import TestSupport
import Testing

extension EndToEnd {
    @Suite("The database's disk is full") struct DiskFullTests {
        @Test(.enabled("file systems cannot be mounted here") { try await SmallDisk.isPermitted() })
        func `new work is refused with a time to come back, nothing accepted is lost, and it recovers when there is room`() async throws {
            try await OwnServers.run(.postgres) { postgres in
                var options = Platform.Options()
                options.databaseServer = try await postgres.address()
                let withOwn = options
                try await SmallDisk.run(megabytes: 48) { disk in
                    try await Platform.run(withOwn) { platform in
                        let database = try platform.database(.eLicense)
                        let ballast = Ballast(database)
                        try await ballast.move(to: disk, by: ServerURL(withOwn.databaseServer).with(database: "\(platform.prefix)-e-license"))
                        let service = try platform.service(.eLicense)
                        let pid = service.pid
                        var receipts = [try await platform.submit(as: People.applicant)]
                        try await platform.untilFacts(receipts[0].number, .citizen(People.applicant))

                        try await ballast.fill()
                        // What still fits into pages that are there is accepted; then nothing is.
                        var refused: Call?
                        for number in 1...2000 where refused == nil {
                            let call = try platform.request(
                                Licences.submit, Licences.Submission(kind: "notary", language: .kk), as: .citizen(People.secondApplicant),
                                key: "full-\(number)")
                            let answer = try await platform.send(call)
                            if answer.status == 201 { receipts.append(try answer.decoded()) } else { refused = call }
                        }
                        let submission = try #require(refused)
                        try await platform.saysComeBack(submission)
                        #expect(try await platform.send(Call(.eLicense, "GET", "/livez")).status == 200)
                        print("disk full after \(receipts.count) applications")

                        try await ballast.drop()
                        try await eventually("the refused one is accepted") {
                            let answer = try await platform.send(submission)
                            if answer.status == 201 { receipts.append(try answer.decoded()) }
                            return answer.status == 201
                        }
                        try await platform.untilPublished()
                        try await eventually("the register has answered for all") {
                            try await database.count("inquiry WHERE answered_at IS NULL") == 0
                        }
                        let there = try await database.reader.fetch(Query.all("SELECT number FROM application") { try $0.column(0, as: String.self) })
                        #expect(Set(there) == Set(receipts.map(\.number.rawValue)))
                        #expect(there.count == receipts.count)
                        #expect(Set(try await platform.records(of: ApplicationSubmitted.topic).map(\.keyText)) == Set(receipts.map { $0.id.text }))
                        #expect(try await database.count("parked") == 0)
                        #expect(service.pid == pid && service.isRunning)
                    }
                }
            }
        }
    }
}

/// What fills the small disk on which a service's tables are.
@Loop private struct Ballast {
    let database: ServiceDatabase

    init(_ database: ServiceDatabase) { self.database = database }

    /// Makes a tablespace on the disk and moves the service's tables and indexes there.
    func move(to disk: SmallDisk, by superuser: String) async throws {
        // By psql: CREATE TABLESPACE takes its place as a literal, and runs in no transaction block.
        let steps = [
            "CREATE TABLESPACE small LOCATION '\(disk.path)'", "ALTER TABLE ALL IN TABLESPACE pg_default SET TABLESPACE small",
            "ALTER INDEX ALL IN TABLESPACE pg_default SET TABLESPACE small",
        ]
        for step in steps {
            try await ChildProcess.run(
                ["psql", "-X", "-v", "ON_ERROR_STOP=1", superuser, "-c", step], environment: [:], log: "\(disk.path)-psql.log")
        }
        try FileManager.default.removeItem(atPath: "\(disk.path)-psql.log")
    }

    /// Until there is no room left, by ever smaller pieces.
    func fill() async throws {
        try await run("CREATE TABLE IF NOT EXISTS ballast (bytes bytea) TABLESPACE small")
        try await run("ALTER TABLE ballast ALTER bytes SET STORAGE EXTERNAL")
        for pieces in [512, 64, 8, 1] as [Int64] {
            while true {
                do {
                    try await run("INSERT INTO ballast SELECT convert_to(repeat('x', 7000), 'UTF8') FROM generate_series(1, \(pieces))")
                } catch let error as PostgresError where error.sqlState == "53100" {
                    break
                }
            }
        }
    }

    func drop() async throws { try await run("DROP TABLE ballast") }

    private func run(_ statement: Statement) async throws {
        _ = try await database.reader.run(Batch(statements: [statement], goesAlone: true))
    }
}
