import Contracts

extension Checks {
    /// Clocks may differ so much, in seconds: a token is refused soon after.
    static let skewSeconds: Int64 = 2

    @Sendable static func clocks(_ survey: Survey) -> [Finding] {
        var findings: [Finding] = []
        let why = "tokens, deadlines and the journal stand on the clocks: with one wrong, callers are refused or the order of events is"
        for view in survey.services {
            if let skew = view.skew, skew.ahead.magnitude > .seconds(skewSeconds) + skew.uncertainty {
                findings.append(Finding(
                    "clock-skew", view.service.rawValue, "its clock is \(text(skew.ahead)) this machine's", why: why,
                    next: "see which of the two is wrong, and keep both by NTP: timedatectl, chronyc tracking"))
            }
            if let details = view.report?.details {
                let ahead = details.databaseNow - details.now
                if ahead.magnitude > .seconds(skewSeconds) {
                    findings.append(Finding(
                        "clock-skew", view.service.rawValue, "the clock of its PostgreSQL is \(text(ahead)) its own", why: why,
                        next: "keep the clocks of both machines by NTP: timedatectl, chronyc tracking"))
                }
            }
        }
        let known = survey.services.compactMap { view in view.skew.map { (view.service, $0) } }
        if let fastest = known.max(by: { $0.1.ahead < $1.1.ahead }), let slowest = known.min(by: { $0.1.ahead < $1.1.ahead }) {
            let difference = fastest.1.ahead - slowest.1.ahead
            if difference > .seconds(skewSeconds) + fastest.1.uncertainty + slowest.1.uncertainty {
                findings.append(Finding(
                    "clock-skew", fastest.0.rawValue, "its clock is \(text(difference)) that of \(slowest.0)", why: why,
                    next: "keep the clocks of both machines by NTP: timedatectl, chronyc tracking"))
            }
        }
        return findings
    }

    private static func text(_ ahead: Duration) -> String { "\(ahead.magnitude.shown) \(ahead < .zero ? "behind" : "ahead of")" }
}
