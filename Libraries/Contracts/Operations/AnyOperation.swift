/// An operation without its Swift types: what documents, catalogues and clients of any language need.
public struct AnyOperation: Sendable {
    public struct Parameter: Sendable {
        public enum Location: String, Sendable { case path, query, header }

        public let name: String
        public let location: Location
        public let isRequired: Bool
        public let schema: JSONSchema
        public let example: JSONValue
    }

    public let service: ServiceName
    public let name: String
    public let version: Int
    public let method: HTTPMethod
    public let path: String
    public let contours: Set<Contour>
    public let callers: [CallerRule]
    public let changes: Bool
    public let needsVersion: Bool
    public let successStatus: Int
    public let summary: LocalizedText
    public let basis: LegalBasis?
    /// `none`, `caller`, `subject` or `rows`.
    public let personalData: String
    public let personalFields: [String]
    /// The whole input, wherever its parts travel.
    public let input: JSONSchema
    public let inputExample: JSONValue
    public let output: JSONSchema
    public let outputExample: JSONValue
    /// What travels in path, query and `If-Match`.
    public let parameters: [Parameter]
    /// What travels in the body; nil where there is none.
    public let body: JSONSchema?
    public let bodyExample: JSONValue?
    /// Whether the answer carries an `ETag`.
    public let isVersioned: Bool
}

extension Operation {
    public var erased: AnyOperation {
        let input = Schemas.describe(Input.self, closed: true)
        let output = Schemas.describe(Output.self)
        let required = Set((input.schema.value["required"]?.array ?? []).compactMap(\.string))
        var inBody = JSONObject()
        var parameters: [AnyOperation.Parameter] = []
        for member in (input.schema.value["properties"]?.object ?? JSONObject()).members {
            let location: AnyOperation.Parameter.Location
            if pathParameters.contains(member.name) {
                location = .path
            } else if needsVersion, member.name == "version" {
                location = .header
            } else if takesBody {
                inBody.append(member.name, member.value)
                continue
            } else {
                location = .query
            }
            parameters.append(AnyOperation.Parameter(
                name: location == .header ? "If-Match" : member.name, location: location,
                isRequired: location == .path || required.contains(member.name),
                schema: location == .header ? .string(pattern: #"^("(0|[1-9][0-9]{0,17})"|0|[1-9][0-9]{0,17})$"#, "The ETag that was read.") : JSONSchema(member.value),
                example: location == .header ? "\"1\"" : input.example[member.name] ?? .null))
        }
        return AnyOperation(
            service: service, name: name, version: version, method: method, path: path, contours: contours, callers: callers,
            changes: changes, needsVersion: needsVersion, successStatus: successStatus, summary: summary, basis: basis,
            personalData: personalData.kind, personalFields: personalData.fields, input: input.schema,
            inputExample: input.example, output: output.schema, outputExample: output.example, parameters: parameters,
            body: takesBody ? bodySchema(inBody, of: input.schema, required) : nil,
            bodyExample: takesBody ? bodyExample(inBody, input.example) : nil, isVersioned: Output.self is any Versioned.Type)
    }

    private func bodySchema(_ properties: JSONObject, of input: JSONSchema, _ required: Set<String>) -> JSONSchema {
        guard case .object(var schema) = input.value else { return input }
        let names = properties.names.filter(required.contains).map { JSONValue.string($0) }
        schema["properties"] = .object(properties)
        schema["required"] = names.isEmpty ? nil : .array(names)
        return JSONSchema(.object(schema))
    }

    private func bodyExample(_ properties: JSONObject, _ example: JSONValue) -> JSONValue {
        .object(JSONObject((example.object ?? JSONObject()).members.filter { properties[$0.name] != nil }))
    }
}
