import Contracts

extension Checks {
    /// Messages older than this should have been published, in seconds.
    static let patience = 60.0

    /// A message waits too long, or waits and nobody is there to publish it.
    @Sendable static func stalledRelays(_ survey: Survey) -> [Finding] {
        survey.services.compactMap { view in
            guard let report = view.report, report.outbox.depth > 0, let age = report.outbox.oldestSeconds else { return nil }
            let holder = report.details?.relayHolder
            let isAlone = report.relay != .publishing && report.details != nil && holder == nil
            // Twice seen so, a relay between two sessions is not taken for one that stands still.
            let standsStill = age > 5 && (view.before?.outbox.depth ?? 0) > 0 && (report.relay == .waiting || isAlone)
            guard age > patience || standsStill else { return nil }
            let (why, next) = explanation(report, holder)
            return Finding(
                standsStill ? "relay-stands-still" : "outbox-old", report.service.rawValue,
                "\(report.outbox.depth) messages wait to be published, the oldest for \(Duration.seconds(Int64(age)).shown)", why: why, next: next)
        }
    }

    private static func explanation(_ report: StatusReport, _ holder: StatusReport.RelayHolder?) -> (why: String, next: String) {
        switch report.relay {
        case .waiting:
            return ("its relay cannot publish: Kafka is away or does not acknowledge", "see that Kafka runs: egovctl topics show")
        case .standingBy where holder == nil, .none where holder == nil:
            return ("no instance publishes", "see the service's log for \"relay interrupted\"; start it anew if there is nothing")
        case .standingBy, .none:
            let place = holder.map { holder in
                "PostgreSQL's process \(holder.process), " + (holder.client ?? "on the same machine") + (holder.since.map { ", idle since \($0)" } ?? "")
            } ?? ""
            return (
                "this instance stands by, and the one that holds the relay's lock does not publish: \(place)",
                "see the log of that instance; if it hangs, end it, or its connection: SELECT pg_terminate_backend(\(holder?.process ?? 0))")
        case .publishing:
            return (
                "its relay works, but Kafka refuses some of them, or there are more than it gets done",
                "see its log for \"Kafka does not take these topics\", then: egovctl topics show; egovctl topics apply")
        }
    }
}
