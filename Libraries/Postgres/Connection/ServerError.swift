import CLibpq

extension PostgresError {
    /// The error in a result, without the values that PostgreSQL likes to quote.
    init(_ answer: AnswerMemory) {
        func field(_ code: Character) -> String? {
            PQresultErrorField(answer.pointer, Int32(code.asciiValue ?? 0)).map { String(cString: $0) }
        }
        // Field codes are libpq's PG_DIAG constants, which are the letters of the protocol.
        let state = field("C")
        self.init(.server, Self.withoutValues(field("M") ?? "the server refused without saying why", state), sqlState: state)
        constraint = field("n")
        table = field("t")
        column = field("c")
        position = field("P").flatMap { Int($0) }
        if let state, Self.detailIsHarmless(state) { detail = field("D") }
    }

    /// Details of data errors and violated constraints quote rows; those of locks, resources and syntax name objects.
    private static func detailIsHarmless(_ state: String) -> Bool {
        ["0A", "40", "42", "53", "54", "55", "57", "58"].contains { state.hasPrefix($0) }
    }

    /// Data errors quote the offending value, between quotation marks or behind a colon.
    private static func withoutValues(_ message: String, _ state: String?) -> String {
        guard state?.hasPrefix("22") == true else { return message }
        let beforeColon = message.prefix { $0 != ":" }
        let pieces = beforeColon.split(separator: "\"", omittingEmptySubsequences: false)
        return pieces.enumerated().map { $0 % 2 == 0 ? String($1) : "…" }.joined()
    }
}
