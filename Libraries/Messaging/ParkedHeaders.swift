import Contracts
import FoundationEssentials
import Kafka
import Postgres

/// Headers as the `parked` table keeps them: pairs of name and text; what is no text, or has a U+0000, in base 64 and marked so.
enum ParkedHeaders {
    private static let mark = "base64"

    static func document(_ headers: [KafkaHeader]) -> JSONB {
        JSONB(JSON.write(.array(headers.map { header in
            if let text = header.text, !header.value.contains(0) { return [.string(header.name), .string(text)] }
            return [.string(header.name), .string(Data(header.value).base64EncodedString()), .string(mark)]
        })))
    }

    static func headers(_ document: [UInt8]) throws -> [KafkaHeader] {
        try JSON.decode([[String]].self, from: document).compactMap { parts in
            guard parts.count > 2, parts[2] == mark else { return parts.count == 2 ? KafkaHeader(parts[0], parts[1]) : nil }
            return Data(base64Encoded: parts[1]).map { KafkaHeader(parts[0], Array($0)) }
        }
    }
}
