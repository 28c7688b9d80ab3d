/// The clock of law and deadlines, which a development profile can move. Other profiles do not have these operations.
public enum DevelopmentClock {
    public struct Reading: Codable, Sendable, Hashable, Noted {
        /// What the service takes for now.
        public var now: Timestamp
        /// How far that is ahead of the real clock; negative when behind.
        public var offsetSeconds: Int64

        public init(now: Timestamp, offsetSeconds: Int64) {
            self.now = now
            self.offsetSeconds = offsetSeconds
        }

        public static let notes = [
            "now": "What the service takes for now.", "offsetSeconds": "Seconds ahead of the real clock.",
        ]
    }

    /// Where to move the clock: to a moment from which it runs on, or back to real time with neither field.
    public struct Move: Codable, Sendable, Hashable, Noted {
        public var to: Timestamp?
        public var bySeconds: Int64?

        public init(to: Timestamp? = nil, bySeconds: Int64? = nil) {
            self.to = to
            self.bySeconds = bySeconds
        }

        public static let notes = [
            "to": "The moment to show; the clock runs on from there.", "bySeconds": "Seconds to add to what it shows now.",
        ]
        /// One of the two is to be given.
        public static let leftOutOfExamples: Set = ["to"]
    }

    public static func read(for service: ServiceName) -> Operation<Empty, Reading> {
        Operation(
            service, "clock.read", .get, "/v1/clock", contours: [.g2g], callers: [.operator],
            summary: LocalizedText(kk: "Әзірлеу сағаты", ru: "Часы для разработки", en: "The development clock"))
    }

    public static func move(for service: ServiceName) -> Operation<Move, Reading> {
        Operation(
            service, "clock.move", .post, "/v1/clock", contours: [.g2g], callers: [.operator], successStatus: 200,
            summary: LocalizedText(
                kk: "Әзірлеу сағатын жылжыту", ru: "Перевести часы для разработки", en: "Move the development clock"))
    }

    /// Both, for documents.
    public static func operations(for service: ServiceName) -> [AnyOperation] { [read(for: service).erased, move(for: service).erased] }
}
