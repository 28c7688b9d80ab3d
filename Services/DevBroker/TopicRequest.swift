import CommandLine

/// A topic to make up front.
struct TopicRequest: Sendable {
    let name: String
    let partitions: Int32

    /// Reads `name:partitions`.
    init(_ text: Substring) throws(ValueFault) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let partitions = Int32(parts[1]), (1...1000).contains(partitions) else {
            throw ValueFault("a topic is written NAME:PARTITIONS with 1 to 1000 partitions, not '\(text)'")
        }
        let isLegal = parts[0].allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) }
        guard isLegal, (1...249).contains(parts[0].utf8.count) else {
            throw ValueFault("'\(parts[0])' is no topic name: 1 to 249 of a-z A-Z 0-9 . _ -")
        }
        self.init(name: String(parts[0]), partitions: partitions)
    }

    init(name: String, partitions: Int32) {
        self.name = name
        self.partitions = partitions
    }

    static func list(_ text: String) throws -> [TopicRequest] { try text.split(separator: ",").map { try TopicRequest($0) } }
}
