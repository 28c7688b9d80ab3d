import CommandLine
import Contracts

/// Licences, as anyone may see them.
enum LicenceCommands {
    static let licence = Command(
        "licence", "Licences, as anyone may see them.", examples: ["egovctl licence check KZ65LAA00000001"], subcommands: [check])

    private static let number = Argument<LicenceNumber>("NUMBER", "The licence's number.", parse: { try LicenceNumber($0) })

    static let check = Command(
        "check", "See whether a licence is good. Nobody needs to sign in for that.", parameters: [number],
        examples: ["egovctl licence check KZ65LAA00000001", "egovctl licence check KZ65LAA00000001 --json --language kk"],
        exitCodes: [.unavailable: "the service does not answer"]
    ) { arguments in
        let platform = try Platform(arguments)
        let number = try arguments[number]
        let licence = try await platform.asking { try await $0.call(Licences.check, Licences.LicenceQuery(number: number), as: nil) }
        try platform.show(licence) {
            aligned([
                ("licence", licence.number.rawValue), ("kind", licence.title[platform.language]),
                ("status", licence.status.text[platform.language]), ("holder", licence.holder?[platform.language]),
                ("licensor", licence.licensor.title[platform.language]),
                ("issued", "\(licence.issuedOn)" + (licence.deemedIssued ? ", deemed issued by silence (art. 26)" : "")),
            ])
        }
    }
}
