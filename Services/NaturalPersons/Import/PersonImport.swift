import CommandLine
import Contracts
import EventLoop
import FoundationEssentials
import Postgres

/// Takes a file of persons into the register, batch by batch, so that a broken-off import goes on where it was.
@Loop struct PersonImport {
    let database: Database
    let path: String
    let format: FileFormat
    let rejectsPath: String
    let terminal: Terminal
    let localTime: LocalTime
    /// Rows that go in together; tests take fewer.
    var batchRows = PersonFile.batchRows

    /// - Throws: when the file cannot be read, another import is running, or the database is lost; run again, it goes on.
    func run() async throws -> ImportSummary {
        let started = Loop.now
        let file = try InputFile(path)
        let (fingerprint, lines) = try await Loop.offload { try file.fingerprint() }
        let session = try await database.session()
        do {
            guard try await session.tryAdvisoryLock(PersonImportTable.lock) else {
                throw CommandFailure("another import of persons is running", advice: "wait until it is done", exitCode: .unavailable)
            }
            var run = try await begin(fingerprint, session)
            let resumed = run.isResumed ? run.line : nil
            let alreadyDone = run.done
            let rejects = try rejectsFile(run)
            let bar = ProgressBar("importing", of: lines - (format == .csv ? 1 : 0), startingAt: alreadyDone, on: terminal)
            defer { bar.finish() }
            try await takeIn(file, &run, rejects, session, bar)
            try await session.execute(PersonImportTable.finish(run.id, at: .now))
            await session.close()
            return ImportSummary(
                imported: run.imported, present: run.present, rejected: run.rejected, resumedAtLine: resumed,
                rejects: run.rejected > 0 ? rejectsPath : nil, rows: run.done - alreadyDone, time: Loop.now - started)
        } catch {
            await session.close()
            throw error
        }
    }

    private func begin(_ fingerprint: [UInt8], _ session: Session) async throws -> ImportRun {
        if let run = try await session.fetch(PersonImportTable.unfinished(fingerprint)) {
            if run.isResumed { terminal.note("an earlier import of this file was broken off: going on at line \(run.line)") }
            return run
        }
        let name = URL(fileURLWithPath: path).lastPathComponent
        return try await session.fetch(PersonImportTable.begin(fingerprint, fileName: name, at: .now))
    }

    private func rejectsFile(_ run: ImportRun) throws -> RejectsFile {
        guard URL(fileURLWithPath: rejectsPath).standardizedFileURL != URL(fileURLWithPath: path).standardizedFileURL else {
            throw CommandFailure("the rejects cannot go into the file itself", advice: "name another file by --rejects", exitCode: .usage)
        }
        return try RejectsFile(rejectsPath, keeping: run.rejectsLength)
    }

    /// Reads and checks the next batch on another thread while the database takes in the one before.
    private func takeIn(_ file: InputFile, _ run: inout ImportRun, _ rejects: RejectsFile, _ session: Session, _ bar: ProgressBar) async throws {
        let classifier = KATOIndex(try await session.fetch(KATOTable.codes))
        let (format, place, rows) = (format, (run.offset, run.line), batchRows)
        let today = try localTime.day(at: .now)
        var (source, batch) = try await Loop.offload {
            try PersonFile(file, format, classifier: classifier, today: today, from: place).reading(rows)
        }
        var isFilling = true
        while let present = batch {
            let behind = source
            async let ahead = Loop.offload { try behind.reading(rows) }
            run = try await store(present, run, rejects, session, &isFilling)
            bar.advance(by: present.count)
            (source, batch) = try await ahead
        }
    }

    /// While nobody of a batch is known it is copied, which is the quickest; where somebody is, that leaves nothing behind, and the batch goes
    /// in person by person.
    private func store(
        _ batch: ImportBatch, _ run: ImportRun, _ rejects: RejectsFile, _ session: Session, _ isFilling: inout Bool
    ) async throws -> ImportRun {
        if isFilling {
            do {
                return try await store(batch, run, rejects, session) { persons, lease in
                    try await PersonTable.copy(persons, import: run.id, at: .now, in: lease)
                }
            } catch let error as PostgresError where error.isUniqueViolation {}
        }
        let next = try await store(batch, run, rejects, session) { persons, lease in
            try await lease.execute(PersonTable.insertNew(persons, import: run.id, at: .now))
        }
        isFilling = next.imported == run.imported + batch.rows.count
        return next
    }

    /// One batch and how far it brings the import: one transaction. Rejects are on disk before it commits.
    private func store(
        _ batch: ImportBatch, _ run: ImportRun, _ rejects: RejectsFile, _ session: Session,
        _ insert: @Loop ([Persons.Record], Lease) async throws -> Int
    ) async throws -> ImportRun {
        try await session.transaction { lease in
            var next = run
            var refused = batch.rejects
            var present = batch.repeated
            if !batch.rows.isEmpty {
                let persons = batch.rows.map(\.person)
                let inserted = try await insert(persons, lease)
                if inserted < persons.count {
                    for (place, isSame) in try await lease.fetch(PersonTable.presentBefore(persons)) {
                        let row = batch.rows[place]
                        if isSame { present += 1 } else { refused.append(Reject(line: row.line, fault: .otherData("iin"), raw: row.raw)) }
                    }
                }
                next.imported += inserted
            }
            if !refused.isEmpty { next.rejectsLength = try rejects.append(refused.sorted { $0.line < $1.line }) }
            next.present += present
            next.rejected += refused.count
            next.offset = batch.offset
            next.line = batch.line
            lease.collect(PersonImportTable.progress(next))
            return next
        }
    }
}

extension PersonFile {
    /// The next batch, and the file as it stands behind it.
    fileprivate func reading(_ rows: Int) throws -> (PersonFile, ImportBatch?) {
        var file = self
        let batch = try file.nextBatch(rows: rows)
        return (file, batch)
    }
}
