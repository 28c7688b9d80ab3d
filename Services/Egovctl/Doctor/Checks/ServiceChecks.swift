import CommandLine
import Contracts

extension Checks {
    @Sendable static func unreachableServices(_ survey: Survey) -> [Finding] {
        survey.services.compactMap { view in
            guard view.report == nil else { return nil }
            let message = view.failure?.message ?? "no answer"
            if view.isAlive {
                return Finding(
                    "service-not-ready", view.service.rawValue, "it runs and is not ready: \(message)",
                    why: "its database is away, or it has not finished starting; requests are answered with 503 until then",
                    next: "see that PostgreSQL runs and what the service logs: \"waiting for the database\"", kind: .unreachable)
            }
            return Finding(
                "service-unreachable", view.service.rawValue, message,
                why: "nobody can use it; what is sent to it through Kafka waits and is not lost",
                next: view.failure?.exitCode == .unavailable
                    ? "start it: deploy/up.sh, or \(view.service) serve; if it ends at once its log says why, a database that lacks a migration for example: \(view.service) migrate"
                    : view.failure?.advice ?? "see its log",
                kind: view.failure.map { $0.exitCode == .unavailable } ?? true ? .unreachable : .attention)
        }
    }

    @Sendable static func storesAway(_ survey: Survey) -> [Finding] {
        survey.reports.flatMap { report in
            var findings: [Finding] = []
            if !report.database {
                findings.append(Finding(
                    "database-away", report.service.rawValue, "its database is away",
                    why: "nothing is accepted until it is back; nothing accepted is lost", next: "see that PostgreSQL runs, and the service's log",
                    kind: .unreachable))
            }
            if !report.broker {
                findings.append(Finding(
                    "broker-away", report.service.rawValue, "its broker is away, or does not take its messages",
                    why: "messages wait in its outbox, and none arrive; nothing is lost meanwhile",
                    next: "see that Kafka runs, and the service's log for the relay"))
            }
            return findings
        }
    }

    @Sendable static func migrations(_ survey: Survey) -> [Finding] {
        survey.reports.flatMap { report in
            var findings: [Finding] = []
            if let pending = report.details?.pending, !pending.isEmpty {
                findings.append(Finding(
                    "migrations-missing", report.service.rawValue, "its database lacks \(names(pending))",
                    why: "this version needs them: what touches them fails. A database restored to a moment before they landed looks so",
                    next: "\(report.service) migrate, then start the service anew"))
            }
            if let unknown = report.details?.unknown, !unknown.isEmpty {
                findings.append(Finding(
                    "migrations-unknown", report.service.rawValue, "its database has \(names(unknown)), which version \(report.version) does not know",
                    why: "an older version runs than the one that migrated: mid-upgrade, or started by mistake",
                    next: "start the newer version in the place of instance \(report.instance)"))
            }
            return findings
        }
    }

    private static func names(_ steps: [StatusReport.Step]) -> String {
        steps.map { "\($0.set)/\($0.number) \($0.name)" }.joined(separator: ", ")
    }

    @Sendable static func parkedKeys(_ survey: Survey) -> [Finding] {
        survey.reports.compactMap { report in
            guard report.parked > 0 else { return nil }
            var what = "messages are parked: \(report.parked)"
            if let details = report.details {
                what += ", of keys: \(details.parkedKeys)"
                if let since = details.parkedSince { what += ", the oldest for \((details.now - since).shown)" }
            }
            return Finding(
                "parked", report.service.rawValue, what, why: "they could not take effect, and later messages of the same keys wait behind them",
                next: "egovctl messages list --service \(report.service)")
        }
    }

    @Sendable static func lateTimers(_ survey: Survey) -> [Finding] {
        survey.services.compactMap { view in
            // A clock of law that was just moved makes many due at once: only one that stays is late.
            guard let report = view.report, let details = report.details, let since = details.timerDueSince, report.timersDue > 0,
                let before = view.before?.details?.timerDueSince, before == since, details.lawNow - since > .seconds(60)
            else { return nil }
            return Finding(
                "timers-late", report.service.rawValue, "due timers do not fire: \(report.timersDue), the oldest due since \(since)",
                why: "a statutory deadline passes without its consequence",
                next: "see its log for \"timers wait\"; a timer of a kind that version \(report.version) does not know waits for the version that does")
        }
    }

    /// So long before its end dated data of the law are worth a person's time.
    static let lawDataDays = 60

    @Sendable static func lawData(_ survey: Survey) -> [Finding] {
        survey.reports.flatMap { report -> [Finding] in
            guard let details = report.details else { return [] }
            let today = LocalDate(details.lawNow, offset: 5)
            // Where the clock of law was moved ahead, which only development can, nobody has missed anything yet.
            let here = LocalDate(details.now, offset: 5)
            return details.lawData.compactMap { datum in
                guard let until = datum.until, until.days(since: today) <= lawDataDays else { return nil }
                return Finding(
                    "law-data-ends", report.service.rawValue,
                    until < today ? "its \(datum.name) ended on \(until)" : "its \(datum.name) ends on \(until)",
                    why: "what must be counted beyond that day is refused: no data, no guess",
                    next: "add the dated file to the service's Data/ folder, then \(report.service) migrate and start it anew",
                    kind: until < here ? .attention : .soon)
            }
        }
    }
}
