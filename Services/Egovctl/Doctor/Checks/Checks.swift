import Contracts

/// All that can be found wrong, in one list: `status` and `doctor` differ in what they have looked at, not in what they know.
enum Checks {
    static let all: [@Sendable (Survey) -> [Finding]] = [
        unreachableServices, brokersAway, storesAway, migrations, clocks, keys,
        missingTopics, lostMessages, stalledRelays, parkedKeys, lateTimers, groups, restored, lawData,
    ]

    /// The gravest first.
    static func findings(_ survey: Survey) -> [Finding] {
        let found = all.flatMap { $0(survey) }
        return [Finding.Kind.unreachable, .attention, .soon].flatMap { kind in found.filter { $0.kind == kind } }
    }
}

extension Duration {
    /// `3 s`, `5 min`, `2 h`, `4 days`: for people, rounded down.
    var shown: String {
        let seconds = components.seconds
        return switch abs(seconds) {
        case ..<120: "\(seconds) s"
        case ..<7200: "\(seconds / 60) min"
        case ..<172_800: "\(seconds / 3600) h"
        default: "\(seconds / 86_400) days"
        }
    }

    var magnitude: Duration { self < .zero ? .zero - self : self }
}
