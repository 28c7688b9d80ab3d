import Contracts
import Trust

extension Checks {
    /// So long before its end a key is worth a person's time.
    static let keyDays: Int64 = 30

    /// Whether everyone can verify and seal to everyone: by the names of the keys that each service has and trusts.
    @Sendable static func keys(_ survey: Survey) -> [Finding] {
        let known = survey.reports.compactMap { report in report.details.map { (report.service, $0) } }
        return known.flatMap { service, details in
            own(service, details.keys) + others(service, details.keys, known) + owners(service, details.keys)
                + expiring(service, details)
        }
    }

    private static func own(_ service: ServiceName, _ keys: StatusReport.Keys) -> [Finding] {
        [("signing", keys.signing, KeySet.Use.signing), ("opening", keys.opening, .encryption)].compactMap { name, kid, use in
            guard !keys.trusted.contains(where: { $0.kid == kid && $0.owner == service.rawValue && $0.use == use.rawValue }) else { return nil }
            return Finding(
                "key-not-published", service.rawValue, "the public part of its \(name) key is not in its TOKEN_KEYS (\(kid))",
                why: use == .signing ? "nobody takes what it signs for its own" : "what is sealed to it is sealed to another key: it cannot open it",
                next: "add the key to TOKEN_KEYS of all services (egovctl token keys does, in development) and start them anew")
        }
    }

    private static func others(
        _ service: ServiceName, _ keys: StatusReport.Keys, _ known: [(ServiceName, StatusReport.Details)]
    ) -> [Finding] {
        known.compactMap { other, details in
            guard other != service else { return nil }
            var missing: [String] = []
            if !keys.trusted.contains(where: { $0.kid == details.keys.signing && $0.owner == other.rawValue }) { missing.append("signing") }
            if keys.trusted.last(where: { $0.owner == other.rawValue && $0.use == "enc" })?.kid != details.keys.opening { missing.append("opening") }
            guard !missing.isEmpty else { return nil }
            return Finding(
                "key-differs", service.rawValue, "it does not know the \(missing.joined(separator: " and ")) key that \(other) has now",
                why: "what \(other) signs is refused here, or what is sealed to it cannot be opened there: their messages are parked",
                next: "give both the same TOKEN_KEYS, and start anew what was started before it changed")
        }
    }

    private static func owners(_ service: ServiceName, _ keys: StatusReport.Keys) -> [Finding] {
        var findings: [Finding] = []
        let names = Set(Catalogue.services.map(\.name.rawValue) + [KeySet.signIn])
        let strangers = keys.trusted.filter { !names.contains($0.owner) }
        if !strangers.isEmpty {
            findings.append(Finding(
                "key-owner-unknown", service.rawValue, "it trusts keys of nobody that the platform knows: \(Set(strangers.map(\.owner)).sorted().joined(separator: ", "))",
                why: "whoever holds them is believed", next: "find out who added them; take them out of TOKEN_KEYS unless they belong there"))
        }
        if !keys.trusted.contains(where: { $0.owner == KeySet.signIn && $0.use == "sig" }) {
            findings.append(Finding(
                "key-sign-in-missing", service.rawValue, "its TOKEN_KEYS has no key of the sign-in",
                why: "nobody can be signed in: every citizen and official is answered 401",
                next: "add the public key of whoever signs people in to TOKEN_KEYS, owner \"\(KeySet.signIn)\", and start the service anew"))
        }
        return findings
    }

    private static func expiring(_ service: ServiceName, _ details: StatusReport.Details) -> [Finding] {
        details.keys.trusted.compactMap { key in
            guard let end = key.expires, end - details.now < .seconds(keyDays * 86_400) else { return nil }
            let isOver = end <= details.now
            return Finding(
                "key-expires", service.rawValue, "the \(key.use == "sig" ? "signing" : "opening") key \(key.kid) of \(key.owner) \(isOver ? "has expired on" : "expires on") \(end)",
                why: "from then on what is signed with it is refused, and nothing is sealed to it",
                next: "make the next key of \(key.owner), add it to TOKEN_KEYS behind the old one, and start the services anew",
                kind: isOver ? .attention : .soon)
        }
    }
}
