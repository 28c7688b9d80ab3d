/// Who calls, established once at the edge and carried in a signed token.
///
/// In JSON: an object with `capacity` and what belongs to it, such as
/// `{"capacity":"official","iin":"…","body":"justice","position":"…"}`.
public enum Caller: Sendable, Hashable {
    case anonymous
    case citizen(IIN)
    case representative(IIN, BIN, powers: [String])
    case official(IIN, body: BodyCode, position: String)
    case notary(IIN)
    case service(ServiceName)
    /// An operator of the platform, by the name of the account.
    case `operator`(String)

    /// Stable and without ambiguity: the same caller has the same key whatever token was used, and no two share one.
    /// Powers and positions are no part of it. It holds a full personal number: never log it.
    public var key: String {
        switch self {
        case .anonymous: "anonymous"
        case .citizen(let iin): "citizen:\(iin.rawValue)"
        case .representative(let iin, let bin, _): "representative:\(iin.rawValue):\(bin.rawValue)"
        case .official(let iin, let body, _): "official:\(iin.rawValue):\(body.rawValue)"
        case .notary(let iin): "notary:\(iin.rawValue)"
        case .service(let name): "service:\(name.rawValue)"
        case .operator(let name): "operator:\(name)"
        }
    }

    public enum Capacity: String, Codable, Sendable, Hashable, CaseIterable {
        case anonymous, citizen, representative, official, notary, service, `operator`
    }

    public var kind: Capacity {
        switch self {
        case .anonymous: .anonymous
        case .citizen: .citizen
        case .representative: .representative
        case .official: .official
        case .notary: .notary
        case .service: .service
        case .operator: .operator
        }
    }

    /// The capacity in which the caller acts, as tokens and the journal write it.
    public var capacity: String { kind.rawValue }

    /// The natural person that acts; nil for services, operators and whoever has not signed in.
    public var iin: IIN? {
        switch self {
        case .citizen(let iin), .representative(let iin, _, _), .official(let iin, _, _), .notary(let iin): iin
        case .anonymous, .service, .operator: nil
        }
    }

    public var bin: BIN? { if case .representative(_, let bin, _) = self { bin } else { nil } }
    public var body: BodyCode? { if case .official(_, let body, _) = self { body } else { nil } }
    public var service: ServiceName? { if case .service(let name) = self { name } else { nil } }
    public var position: String? { if case .official(_, _, let position) = self { position } else { nil } }
    public var powers: [String]? { if case .representative(_, _, let powers) = self { powers } else { nil } }
}

/// Safe to log: a personal number is masked.
extension Caller: CustomStringConvertible {
    public var description: String {
        switch self {
        case .anonymous: "anonymous"
        case .citizen(let iin): "citizen \(iin)"
        case .representative(let iin, let bin, _): "representative \(iin) of \(bin)"
        case .official(let iin, let body, _): "official \(iin) of \(body)"
        case .notary(let iin): "notary \(iin)"
        case .service(let name): "service \(name)"
        case .operator(let name): "operator \(name)"
        }
    }
}

extension Caller: Codable, SchemaLeaf {
    private enum CodingKeys: CodingKey { case capacity, iin, bin, powers, body, position, service, name }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        func iin() throws -> IIN { try container.decode(IIN.self, forKey: .iin) }
        switch try container.decode(Capacity.self, forKey: .capacity) {
        case .anonymous: self = .anonymous
        case .citizen: self = .citizen(try iin())
        case .representative:
            self = .representative(
                try iin(), try container.decode(BIN.self, forKey: .bin), powers: try container.decode([String].self, forKey: .powers))
        case .official:
            self = .official(
                try iin(), body: try container.decode(BodyCode.self, forKey: .body),
                position: try container.decode(String.self, forKey: .position))
        case .notary: self = .notary(try iin())
        case .service: self = .service(try container.decode(ServiceName.self, forKey: .service))
        case .operator: self = .operator(try container.decode(String.self, forKey: .name))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(kind, forKey: .capacity)
        try container.encodeIfPresent(iin, forKey: .iin)
        try container.encodeIfPresent(bin, forKey: .bin)
        try container.encodeIfPresent(powers, forKey: .powers)
        try container.encodeIfPresent(body, forKey: .body)
        try container.encodeIfPresent(position, forKey: .position)
        try container.encodeIfPresent(service, forKey: .service)
        if case .operator(let name) = self { try container.encode(name, forKey: .name) }
    }

    public static var schema: JSONSchema {
        JSONSchema([
            "type": "object", "description": "Who calls, and in what capacity.",
            "properties": [
                "capacity": ["type": "string", "enum": .array(Capacity.allCases.map { .string($0.rawValue) })],
                "iin": IIN.schema.value, "bin": BIN.schema.value, "powers": ["type": "array", "items": ["type": "string"]],
                "body": BodyCode.schema.value, "position": ["type": "string"], "service": ServiceName.schema.value,
                "name": ["type": "string"],
            ],
            "required": ["capacity"], "additionalProperties": false,
        ])
    }
    public static var example: JSONValue { ["capacity": "citizen", "iin": IIN.example] }
}

/// Who may call an operation at all. What they may see or change there is for the operation to say by its rows.
public enum CallerRule: Sendable, Hashable {
    case anyone
    case citizen
    case representative(power: String)
    case official
    case officialOf(BodyCode)
    case notary
    case service
    case `operator`

    /// Whether the rule lets this caller in.
    public func admits(_ caller: Caller) -> Bool {
        switch (self, caller) {
        case (.anyone, _), (.citizen, .citizen), (.official, .official), (.notary, .notary), (.service, .service),
            (.operator, .operator):
            true
        case (.representative(let power), .representative(_, _, let powers)): powers.contains(power)
        case (.officialOf(let body), .official(_, let own, _)): body == own
        default: false
        }
    }

    /// For documents: `official of justice`.
    public var text: String {
        switch self {
        case .anyone: "anyone"
        case .citizen: "citizen"
        case .representative(let power): "representative with power \(power)"
        case .official: "official"
        case .officialOf(let body): "official of \(body)"
        case .notary: "notary"
        case .service: "service"
        case .operator: "operator"
        }
    }
}
