/// One request that a service answers. Routes, client, authorisation, journal and OpenAPI all come from this value.
public struct Operation<Input: Codable & Sendable, Output: Codable & Sendable>: Sendable {
    public let service: ServiceName
    /// `applications.submit`: a plural noun and a verb; unique within the service.
    public let name: String
    public let version: Int
    public let method: HTTPMethod
    /// `/v1/applications/{number}`: names in braces are fields of the input.
    public let path: String
    public let contours: Set<Contour>
    /// Any of these lets a caller in; none at all lets nobody in.
    public let callers: [CallerRule]
    public let personalData: PersonalData<Input>
    /// The case and basis that the input names, where it does.
    public let purpose: (@Sendable (Input) -> Purpose?)?
    /// The rule of law under which personal data are processed when the input names none.
    public let basis: LegalBasis?
    /// Whether the input's `version` comes from `If-Match`; the answer's `version` is its `ETag` then and on reads.
    public let needsVersion: Bool
    public let successStatus: Int
    public let summary: LocalizedText

    public init(
        _ service: ServiceName, _ name: String, version: Int = 1, _ method: HTTPMethod, _ path: String,
        contours: Set<Contour>, callers: [CallerRule], personalData: PersonalData<Input> = .none,
        purpose: (@Sendable (Input) -> Purpose?)? = nil, basis: LegalBasis? = nil, needsVersion: Bool = false,
        successStatus: Int? = nil, summary: LocalizedText
    ) {
        self.service = service
        self.name = name
        self.version = version
        self.method = method
        self.path = path
        self.contours = contours
        self.callers = callers
        self.personalData = personalData
        self.purpose = purpose
        self.basis = basis
        self.needsVersion = needsVersion
        self.successStatus = successStatus ?? (method == .post ? 201 : 200)
        self.summary = summary
    }

    /// Whether it may change state.
    public var changes: Bool { method.changes }

    /// Whether the input that is not in the path comes as a JSON body; otherwise it comes in the query.
    public var takesBody: Bool { method == .post || method == .put }

    public func admits(_ caller: Caller) -> Bool { callers.contains { $0.admits(caller) } }

    /// The names in braces of the path, in order.
    public var pathParameters: [String] {
        path.split(separator: "/").filter { $0.hasPrefix("{") && $0.hasSuffix("}") }.map { String($0.dropFirst().dropLast()) }
    }
}

/// A value that carries the version of what it shows: the `ETag` of the answer.
public protocol Versioned {
    /// Counted from 1, up by one with every change.
    var version: Int { get }
}

/// No input, or no output (an empty object).
public struct Empty: Codable, Sendable, Hashable {
    public init() {}
}

/// One page of a list. `next` is the cursor of the following page; there is none after the last.
public struct Page<Item: Codable & Sendable & Hashable>: Codable, Sendable, Hashable {
    public var items: [Item]
    public var next: String?

    public init(items: [Item], next: String? = nil) {
        self.items = items
        self.next = next
    }
}

/// The parameters of a list.
public struct PageRequest: Codable, Sendable, Hashable, Noted {
    /// The `next` of the page before; opaque.
    public var cursor: String?
    /// Items at most, 1 to 100; 50 when not given.
    public var limit: Int?

    public init(cursor: String? = nil, limit: Int? = nil) {
        self.cursor = cursor
        self.limit = limit
    }

    public static let notes = ["cursor": "The `next` of the page before; opaque.", "limit": "Items at most, 1 to 100; 50 when not given."]
    public static let leftOutOfExamples: Set = ["cursor"]

    /// The limit to use.
    public var size: Int { min(max(limit ?? 50, 1), 100) }
}
