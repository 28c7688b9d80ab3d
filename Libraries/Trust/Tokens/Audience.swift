/// Whom a token is meant for: in JSON one string, or an array of several (RFC 7519 §4.1.3).
public struct Audience: Sendable, Hashable, Codable, ExpressibleByStringLiteral {
    public let names: [String]

    public init(_ name: String) { names = [name] }
    public init(stringLiteral name: String) { names = [name] }
    public init(_ names: [String]) { self.names = names }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let name = try? container.decode(String.self) {
            self.init(name)
        } else {
            self.init(try container.decode([String].self))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if names.count == 1, let name = names.first {
            try container.encode(name)
        } else {
            try container.encode(names)
        }
    }
}
