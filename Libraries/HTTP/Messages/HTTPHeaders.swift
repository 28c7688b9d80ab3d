/// Header fields in the order sent; names compare without regard to case, and a name may come more than once.
public struct HTTPHeaders: Sendable, Sequence, ExpressibleByDictionaryLiteral {
    private var fields: [(name: String, value: String)] = []

    public init() {}

    /// With room for `capacity` fields.
    init(capacity: Int) { fields.reserveCapacity(capacity) }

    public init(dictionaryLiteral elements: (String, String)...) {
        fields = elements.map { (name: $0.0, value: $0.1) }
    }

    public var count: Int { fields.count }
    public var isEmpty: Bool { fields.isEmpty }

    /// The first value of a name; setting replaces all its values, `nil` removes them.
    public subscript(name: String) -> String? {
        get { firstIndex(of: name).map { fields[$0].value } }
        set {
            let index = firstIndex(of: name)
            guard let newValue else { return remove(name) }
            guard let index else { return add(name, newValue) }
            fields[index].value = newValue
            let later = fields[(index + 1)...].filter { !sameToken($0.name, name) }
            fields.replaceSubrange((index + 1)..., with: later)
        }
    }

    private func firstIndex(of name: String) -> Int? {
        for index in fields.indices where sameToken(fields[index].name, name) { return index }
        return nil
    }

    /// Every value of a name, in order.
    public func values(of name: String) -> [String] {
        var values: [String] = []
        for index in fields.indices where sameToken(fields[index].name, name) { values.append(fields[index].value) }
        return values
    }

    /// All values of a field that is a list, joined as RFC 9110, section 5.3, lets a recipient do.
    public func list(_ name: String) -> String? {
        let values = values(of: name)
        return values.count < 2 ? values.first : values.joined(separator: ", ")
    }

    public func contains(_ name: String) -> Bool { firstIndex(of: name) != nil }

    /// Adds a field after those that are there.
    public mutating func add(_ name: String, _ value: String) { fields.append((name, value)) }

    public mutating func remove(_ name: String) { fields.removeAll { sameToken($0.name, name) } }

    public func makeIterator() -> IndexingIterator<[(name: String, value: String)]> { fields.makeIterator() }
}

/// Whether two texts are equal but for the case of ASCII letters.
func sameToken(_ left: String, _ right: String) -> Bool {
    guard left.utf8.count == right.utf8.count else { return false }
    return left == right || left.utf8.elementsEqual(right.utf8) { $0 == $1 || lowercase($0) == lowercase($1) }
}

func lowercase(_ byte: UInt8) -> UInt8 { byte >= 65 && byte <= 90 ? byte | 32 : byte }
