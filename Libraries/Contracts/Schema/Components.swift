/// Named schemas of a document: an object schema with a title stands there once, and is referred to elsewhere.
struct Components {
    let prefix: String
    private(set) var schemas = JSONObject()

    init(prefix: String) { self.prefix = prefix }

    /// The schema with its titled parts replaced by references.
    mutating func hoist(_ schema: JSONValue) -> JSONValue {
        switch schema {
        case .object(let object):
            var copy = JSONObject()
            for member in object.members { copy[member.name] = hoist(member.value) }
            guard object["type"] == "object", let title = object["title"]?.string else { return .object(copy) }
            // A field's own words about it stay with the field.
            let description = copy["description"]
            copy["description"] = nil
            var name = title
            var number = 1
            while let present = schemas[name], present != .object(copy) {
                number += 1
                name = "\(title)\(number)"
            }
            schemas[name] = .object(copy)
            var reference = JSONObject([JSONObject.Member(name: "$ref", value: .string(prefix + name))])
            reference["description"] = description
            return .object(reference)
        case .array(let items):
            var copy: [JSONValue] = []
            for item in items { copy.append(hoist(item)) }
            return .array(copy)
        default: return schema
        }
    }
}
