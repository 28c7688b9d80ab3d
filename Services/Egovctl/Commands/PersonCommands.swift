import CommandLine
import Contracts

/// Persons who do not exist.
enum PersonCommands {
    static let persons = Command(
        "persons", "Synthetic persons, for development and tests.",
        examples: ["egovctl persons generate --count 1000 --kato kato-abai.csv --output persons.jsonl"], subcommands: [generate])

    private static let count = Option<Int>("count", short: "n", "How many.").within(1...100_000_000)
    private static let kato = Option<String>(
        "kato", "The settlements they live in: id;parent_id;code;name.", value: "file", completion: .files)
    private static let output = Option<String>(
        "output", short: "o", "Where they are written; - is standard output.", value: "file", completion: .files)
    private static let format = Option("format", "How they are written.", default: PersonFormat.jsonl)
    private static let seed = Option("seed", "The same seed makes the same persons.", default: 1).within(0...Int.max)
    private static let names = Option<String?>(
        "names", "The names to draw from; those that come with egovctl unless given.", value: "file", completion: .files)

    static let generate = Command(
        "generate", "Make persons who do not exist, with valid and unique numbers.",
        discussion: """
            Names are Kazakh and Russian in both writings, addresses have real KATO codes. The first three are those whom the \
            demonstration knows: \(Personas.applicant) and \(Personas.secondApplicant), who apply, and \(Personas.official), who decides.
            """,
        parameters: [count, kato, output, format, seed, names],
        examples: [
            "egovctl persons generate --count 100_000 --kato Services/NaturalPersons/Data/kato/kato-abai.csv --output persons.jsonl",
            .init("natural-persons import persons.jsonl", "Then the register takes them in."),
        ]
    ) { arguments in
        let count = try arguments[count]
        let format = try arguments[format]
        let settlements = try Settlements.load(try arguments[kato])
        guard let home = settlements.first else { throw Fault("no settlements") }
        var generator = try PersonGenerator(
            names: try Names.load(try arguments[names]), settlements: settlements, seed: UInt64(try arguments[seed]),
            personas: Array(try Personas.all(in: home).prefix(count)))
        var writer = try FileWriter(try arguments[output], mode: 0o644)
        let progress = ProgressBar("Generating", of: count, unit: "persons", on: arguments.terminal)
        var bytes = format.header
        for number in 1...count {
            format.append(try generator.next(), to: &bytes)
            guard number % 512 == 0 || number == count else { continue }
            try writer.write(bytes)
            bytes.removeAll(keepingCapacity: true)
            progress.advance(by: number % 512 == 0 ? 512 : number % 512)
            try Task.checkCancellation()
        }
        try writer.finish()
        progress.finish()
    }
}
