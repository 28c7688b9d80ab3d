import Contracts
import Postgres

extension JSONB {
    init(encoding value: some Encodable) throws { self.init(try JSON.encode(value)) }
}

extension Row {
    /// A jsonb column as a value.
    func json<T: Decodable>(_ index: Int, as type: T.Type = T.self) throws -> T {
        try JSON.decode(T.self, from: try column(index, as: JSONB.self).text)
    }

    /// The same where the column may be NULL.
    func optionalJSON<T: Decodable>(_ index: Int, as type: T.Type = T.self) throws -> T? {
        try column(index, as: JSONB?.self).map { try JSON.decode(T.self, from: $0.text) }
    }
}
