import CommandLine
import Contracts
import EventLoop
import FoundationEssentials
import ServiceKit

/// `natural-persons import`: mass data from files.
enum ImportCommand {
    private static let what = Argument<String>("file", "A file of persons, .csv or .jsonl; or the word `kato`.", completion: .files)
    private static let classifier = Argument<String?>("classifier", "After `kato`: the classifier's file.", completion: .files)
    private static let format = Option<FileFormat?>("format", "How the file of persons is written, when its name does not say it.")
    private static let rejects = Option<String?>(
        "rejects", "Where rejected rows go; <file>.rejects.jsonl when not given.", value: "file", completion: .files)

    static let command = Command(
        "import", "Take a file of persons, or the classifier KATO, into the register.",
        discussion: """
            Persons: a CSV file (UTF-8, commas, RFC 4180 quotes) whose header names the columns \
            \(PersonColumn.allCases.map(\.rawValue).joined(separator: ", ")), or JSON Lines with the fields of the \
            contract's NewPerson and `status`. Every row is checked; rows that fail go to the rejects file with line, field and \
            reason, the others go in. The rejects file holds personal data and is readable by its owner only. An import that was \
            broken off goes on where it was when the same file is imported again. A number that is there already with the same \
            data counts as present, with other data it is rejected.

            A mass import publishes no event for each person: whoever follows the register's events begins with what it holds, \
            and a hundred thousand events at once would hold up those of the day. The record tells which import it came from.

            KATO: `import kato FILE`, with the columns id;parent_id;code;name (and name_kk), for one region or more. \
            Loading again changes nothing; defects of the file are told, and what can be used is used.
            """,
        parameters: [what, classifier, format, rejects, Flag.json],
        examples: [
            .init("natural-persons import persons.csv", "Persons, with a progress bar:"),
            .init("natural-persons import --format jsonl --json persons.txt", "For programs:"),
            .init("natural-persons import kato kato-abai.csv", "The administrative units of a region:"),
        ],
        exitCodes: [
            .unavailable: "the database does not answer, or another import is running", .refused: "done, but some rows were rejected",
        ]
    ) { arguments in
        let first = try arguments[what]
        let second = try arguments[classifier]
        if first == "kato" {
            guard let second else {
                throw CommandFailure(
                    "`import kato` needs the classifier's file", advice: "natural-persons import kato FILE", exitCode: .usage)
            }
            try await importClassifier(second, arguments)
        } else {
            guard second == nil else {
                throw CommandFailure(
                    "one file at a time", advice: "natural-persons import FILE, or natural-persons import kato FILE", exitCode: .usage)
            }
            try await importPersons(first, arguments)
        }
    }

    private static func importPersons(_ path: String, _ arguments: Arguments) async throws {
        guard let format = try arguments[format] ?? FileFormat(fileName: path) else {
            throw CommandFailure(
                "the name \(path) does not say how the file is written", advice: "give --format csv or --format jsonl", exitCode: .usage)
        }
        let rejects = try arguments[rejects] ?? "\(path).rejects.jsonl"
        let summary = try await NaturalPersons.withSurroundings { surroundings in
            try await PersonImport(
                database: surroundings.database, path: path, format: format, rejectsPath: rejects, terminal: arguments.terminal,
                localTime: try await LocalTime(surroundings)
            ).run()
        }
        arguments.terminal.write(try arguments[Flag.json] ? String(decoding: JSON.encode(summary), as: UTF8.self) : summary.text)
        if summary.rejected > 0 {
            throw CommandFailure(
                "\(summary.rejected) rows were rejected", advice: "correct the rows that \(rejects) tells and import those",
                exitCode: .refused)
        }
    }

    private static func importClassifier(_ path: String, _ arguments: Arguments) async throws {
        let summary = try await NaturalPersons.withSurroundings { surroundings in
            try await KATOImport(database: surroundings.database, path: path).run()
        }
        arguments.terminal.write(try arguments[Flag.json] ? String(decoding: JSON.encode(summary), as: UTF8.self) : summary.text)
        if summary.leftOut > 0 {
            throw CommandFailure("\(summary.leftOut) rows could not be used", advice: "see the defects above", exitCode: .refused)
        }
    }
}
