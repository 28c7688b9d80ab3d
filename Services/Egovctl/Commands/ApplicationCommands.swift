import CommandLine
import Contracts

/// Applications for licences: what a citizen and an official may do with them.
enum ApplicationCommands {
    static let applications = Command(
        "applications", "Applications for licences.",
        examples: [
            .init("egovctl applications list --iin 850315300019", "A citizen's own."),
            .init("egovctl applications queue --iin 791231304552 --body ministry-of-justice", "What waits for an official's body."),
        ],
        subcommands: [list, queue, show])

    private static let exitCodes: KeyValuePairs<ExitCode, String> = [
        .unavailable: "the service does not answer", .refused: "refused by a right or a rule",
    ]
    private static let limit = Option("limit", short: "n", "How many are shown at most.", default: 50).within(1...100)
    private static let cursor = Option<String?>("cursor", "Where to go on: told under a list that has more.")
    private static let number = Argument<LicenceNumber>("NUMBER", "The application's number.", parse: { try LicenceNumber($0) })

    // MARK: Looking

    static let list = Command(
        "list", "A citizen's own applications, the newest first.", parameters: SignIn.citizen + [limit, cursor],
        examples: ["egovctl applications list --iin 850315300019"], exitCodes: exitCodes
    ) { arguments in
        let platform = try Platform(arguments)
        let token = try SignIn.person(arguments, platform, mayBeOfficial: false)
        let page = PageRequest(cursor: try arguments[cursor], limit: try arguments[limit])
        let answer = try await platform.asking { try await $0.call(Licences.own, page, as: token) }
        guard !platform.asJSON else { return try platform.write(answer) }
        var table = Table(["NUMBER", "KIND", "STATUS", "SUBMITTED", "DECIDED BY", "LICENCE"], empty: "There are no applications.")
        for item in answer.items {
            table.add([
                .text(item.number.rawValue), .text(item.title[platform.language]), .text(item.status.text[platform.language]),
                .init(item.submittedAt), .text("\(item.deadline)"), .init(item.licence?.rawValue),
            ])
        }
        platform.terminal.write(table)
        platform.noteMore(answer.next)
    }

    static let queue = Command(
        "queue", "Applications that wait for an official's body, the nearest deadline first.", parameters: SignIn.person + [limit, cursor],
        examples: ["egovctl applications queue --iin 791231304552 --body ministry-of-justice"], exitCodes: exitCodes
    ) { arguments in
        let platform = try Platform(arguments)
        let token = try SignIn.person(arguments, platform, mayBeOfficial: true)
        let page = PageRequest(cursor: try arguments[cursor], limit: try arguments[limit])
        let answer = try await platform.asking { try await $0.call(Licences.queue, page, as: token) }
        guard !platform.asJSON else { return try platform.write(answer) }
        var table = Table(["NUMBER", "KIND", "STATUS", "DECIDE BY", "APPLICANT", "REGISTER"], empty: "Nothing waits.")
        for item in answer.items {
            table.add([
                .text(item.number.rawValue), .text(item.title[platform.language]), .text(item.status.text[platform.language]),
                .text("\(item.deadline)"), .init(item.applicant?[platform.language]),
                .text(item.applicant != nil ? "answered" : item.factsLate ? "late" : "asked"),
            ])
        }
        platform.terminal.write(table)
        platform.noteMore(answer.next)
    }

    static let show = Command(
        "show", "One application with its file: the citizen's own, or one of the official's body.", parameters: [number] + SignIn.person,
        examples: ["egovctl applications show KZ65LAA00000001 --iin 791231304552 --body ministry-of-justice"], exitCodes: exitCodes
    ) { arguments in
        let platform = try Platform(arguments)
        let token = try SignIn.person(arguments, platform, mayBeOfficial: true)
        let number = try arguments[number]
        let application = try await platform.asking {
            try await $0.call(Licences.application, Licences.ApplicationQuery(number: number), as: token)
        }
        try platform.show(application) { ApplicationText.lines(application, platform.language) }
    }

    // MARK: Doing

    private static let kind = Option<LicenceKindCode>("kind", "The licence kind, as GET /v1/kinds has it.", value: "code", parse: { try LicenceKindCode($0) })

    static let apply = Command(
        "apply", "Apply for a licence.", parameters: [kind] + SignIn.citizen,
        examples: ["egovctl apply --iin 850315300019 --kind advocate", "egovctl apply --token-file token --kind notary --language kk"],
        exitCodes: exitCodes
    ) { arguments in
        let platform = try Platform(arguments)
        let token = try SignIn.person(arguments, platform, mayBeOfficial: false)
        let submission = Licences.Submission(kind: try arguments[kind], language: platform.language)
        let receipt = try await platform.asking { try await $0.call(Licences.submit, submission, as: token) }
        try platform.show(receipt) {
            aligned([
                ("application", receipt.number.rawValue), ("status", receipt.status.text[platform.language]),
                ("accepted", "\(receipt.submittedAt)"), ("decided by", "\(receipt.deadline.date)"),
            ]) + ApplicationText.derivation(receipt.deadline, platform.language)
        }
    }

    private static let reason = Option<LongText?>("reason", "Why; it is kept.", value: "text", parseIfGiven: { try LongText($0) })

    static let withdraw = Command(
        "withdraw", "Take an application back while it is undecided.", parameters: [number, reason] + SignIn.citizen,
        examples: ["egovctl withdraw KZ65LAA00000001 --iin 850315300019"], exitCodes: exitCodes
    ) { arguments in
        let platform = try Platform(arguments)
        let token = try SignIn.person(arguments, platform, mayBeOfficial: false)
        let withdrawal = Licences.Withdrawal(number: try arguments[number], reason: try arguments[reason])
        let answer = try await platform.asking { try await $0.call(Licences.withdraw, withdrawal, as: token) }
        try platform.show(answer) { ApplicationText.lines(answer, platform.language) }
    }

    private static let issue = Flag("issue", "Issue the licence.")
    private static let refuse = Option<RefusalGround?>("refuse", "Refuse it, on this ground of art. 32.", value: "ground")
    private static let reasoning = Option<LongText?>(
        "reasoning", "With a refusal: why the ground applies.", value: "text", parseIfGiven: { try LongText($0) })

    static let decide = Command(
        "decide", "Issue a licence or refuse it, as an official of the licensor.",
        parameters: [number, issue, refuse, reasoning] + SignIn.person,
        examples: [
            "egovctl decide KZ65LAA00000001 --issue --iin 791231304552 --body ministry-of-justice",
            "egovctl decide KZ65LAA00000001 --refuse court-ban --reasoning \"Decision of 3 May, case 2-117\" --iin 791231304552 --body ministry-of-justice",
        ], exitCodes: exitCodes
    ) { arguments in
        let platform = try Platform(arguments)
        let ground = try arguments[refuse]
        guard try arguments[issue] != (ground != nil) else {
            throw CommandFailure("say which: --issue, or --refuse with its ground", advice: "see egovctl decide --help", exitCode: .usage)
        }
        let token = try SignIn.person(arguments, platform, mayBeOfficial: true)
        let decision = Licences.Decision(
            number: try arguments[number], outcome: ground == nil ? .issue : .refuse, ground: ground, reasoning: try arguments[reasoning])
        let answer = try await platform.asking { try await $0.call(Licences.decide, decision, as: token) }
        try platform.show(answer) { ApplicationText.lines(answer, platform.language) }
    }
}

extension Platform {
    /// Says how a list goes on.
    func noteMore(_ next: String?) {
        if let next { terminal.note("there are more: --cursor \(next)") }
    }
}

