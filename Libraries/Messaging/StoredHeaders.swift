import Contracts
import Glibc
import Kafka
import Postgres

/// Headers as the outbox keeps them: a JSON object of strings, in the order that PostgreSQL gives it.
struct StoredHeaders: PostgresDecodable {
    let headers: PackedHeaders

    static var expectation: String { "jsonb that is an object of strings" }
    static func accepts(_ type: PostgresType) -> Bool { type == .jsonb }

    static func decode(_ cell: PostgresCell) throws(PostgresCellError) -> StoredHeaders {
        let bytes = try cell.content()
        // The first byte is the version of the form.
        guard bytes.first == 1 else { throw .malformed }
        let text = UnsafeRawBufferPointer(rebasing: bytes.dropFirst())
        if let headers = plain(text) { return StoredHeaders(headers: headers) }
        guard let members = try? JSON.decode([String: String].self, from: Array(text)) else { throw .unrepresentable }
        return StoredHeaders(headers: PackedHeaders(members.sorted { $0.key < $1.key }.map { KafkaHeader($0.key, $0.value) }))
    }

    /// Reads what nearly all are: strings without escapes. Nil for anything else, which the JSON reader judges.
    private static func plain(_ text: UnsafeRawBufferPointer) -> PackedHeaders? {
        guard let begin = text.baseAddress, memchr(begin, Int32(UInt8(ascii: "\\")), text.count) == nil else { return nil }
        var headers = PackedHeaders()
        headers.reserve(text.count + 16)
        var place = 0
        func skip(_ byte: UInt8) -> Bool {
            while place < text.count, text[place] == UInt8(ascii: " ") { place += 1 }
            guard place < text.count, text[place] == byte else { return false }
            place += 1
            return true
        }
        func string() -> UnsafeRawBufferPointer? {
            guard skip(UInt8(ascii: "\"")) else { return nil }
            let start = place
            guard let end = memchr(begin + start, Int32(UInt8(ascii: "\"")), text.count - start) else { return nil }
            place = UnsafeRawPointer(end) - begin + 1
            return UnsafeRawBufferPointer(rebasing: text[start..<place - 1])
        }
        guard skip(UInt8(ascii: "{")) else { return nil }
        if skip(UInt8(ascii: "}")) { return place == text.count ? headers : nil }
        repeat {
            guard let name = string(), skip(UInt8(ascii: ":")), let value = string() else { return nil }
            headers.append(name, value)
        } while skip(UInt8(ascii: ","))
        return skip(UInt8(ascii: "}")) && place == text.count ? headers : nil
    }
}
