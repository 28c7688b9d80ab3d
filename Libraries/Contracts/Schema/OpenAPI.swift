/// OpenAPI 3.1 of one service, made of its operations.
public enum OpenAPI {
    public static func document(_ service: ServiceContract) -> JSONValue {
        var components = Components(prefix: "#/components/schemas/")
        var paths = JSONObject()
        for operation in service.operations {
            var item = paths[operation.path]?.object ?? JSONObject()
            item[operation.method.rawValue.lowercased()] = describe(operation, &components)
            paths[operation.path] = .object(item)
        }
        let problem = Schemas.describe(Problem.self)
        _ = components.hoist(problem.schema.value)
        return [
            "openapi": "3.1.0",
            "info": [
                "title": .string(service.title.en), "version": "1.0.0",
                "description": .string("\(service.title.kk)\n\n\(service.title.ru)\n\n\(service.title.en)"),
                "license": ["name": "Apache-2.0", "identifier": "Apache-2.0"],
            ],
            "servers": [["url": .string("http://localhost:\(service.port)")]],
            "paths": .object(paths),
            "components": [
                "securitySchemes": [
                    "token": [
                        "type": "http", "scheme": "bearer", "bearerFormat": "JWT",
                        "description": "A signed token (ES256) that says who calls and in what capacity.",
                    ]
                ],
                "parameters": [
                    "IdempotencyKey": [
                        "name": "Idempotency-Key", "in": "header", "required": true,
                        "description": "Chosen by the client, new for every change. A repeat with the same key and content gets the same answer.",
                        "schema": ["type": "string", "minLength": 1, "maxLength": 128, "pattern": "^[!-~]{1,128}$"],
                        "example": "0d0f7e5e-6f6b-4b6e-9a55-4f6a4bb0c0de",
                    ],
                    "AcceptLanguage": [
                        "name": "Accept-Language", "in": "header", "required": false,
                        "description": "Language of texts: kk, ru or en.", "schema": ["type": "string"], "example": "kk",
                    ],
                ],
                "responses": .object(problems(problem.schema)),
                "schemas": .object(components.schemas),
            ],
        ]
    }

    private static func describe(_ operation: AnyOperation, _ components: inout Components) -> JSONValue {
        var parameters: [JSONValue] = operation.parameters.map { parameter in
            var described = JSONObject([
                JSONObject.Member(name: "name", value: .string(parameter.name)), JSONObject.Member(name: "in", value: .string(parameter.location.rawValue)),
                JSONObject.Member(name: "required", value: .bool(parameter.isRequired)),
                JSONObject.Member(name: "schema", value: components.hoist(parameter.schema.value)),
            ])
            if parameter.example != .null { described["example"] = parameter.example }
            return .object(described)
        }
        if operation.changes { parameters.append(["$ref": "#/components/parameters/IdempotencyKey"]) }
        parameters.append(["$ref": "#/components/parameters/AcceptLanguage"])

        var success: JSONObject = JSONObject([
            JSONObject.Member(name: "description", value: "Done."),
            JSONObject.Member(name: "content", value: [
                "application/json": ["schema": components.hoist(operation.output.value), "example": operation.outputExample]
            ]),
        ])
        if operation.isVersioned {
            success["headers"] = [
                "ETag": ["description": "The version, for If-Match.", "schema": ["type": "string"], "example": "\"1\""]
            ]
        }
        var responses = JSONObject()
        responses[String(operation.successStatus)] = .object(success)
        for kind in kinds(operation) {
            responses[String(kind.status)] = ["$ref": .string("#/components/responses/\(name(kind))")]
        }

        var result = JSONObject()
        result["operationId"] = .string(operation.version == 1 ? operation.name : "\(operation.name).v\(operation.version)")
        result["tags"] = [.string(String(operation.name.prefix { $0 != "." }))]
        result["summary"] = .string(operation.summary.en)
        result["description"] = .string(
            "\(operation.summary.kk) · \(operation.summary.ru)\n\nMay be called by: "
                + operation.callers.map(\.text).joined(separator: ", ") + ".")
        result["parameters"] = .array(parameters)
        if let body = operation.body, let example = operation.bodyExample, !(body.value["properties"]?.object?.isEmpty ?? true) {
            result["requestBody"] = [
                "required": true,
                "content": ["application/json": ["schema": components.hoist(body.value), "example": example]],
            ]
        }
        result["responses"] = .object(responses)
        result["security"] = operation.callers.contains(.anyone) ? [[:], ["token": []]] : [["token": []]]
        result["x-callers"] = .array(operation.callers.map { .string($0.text) })
        result["x-contours"] = .array(operation.contours.map(\.rawValue).sorted().map { .string($0) })
        result["x-personal-data"] = [
            "whose": .string(operation.personalData), "fields": .array(operation.personalFields.map { .string($0) }),
        ]
        if let basis = operation.basis { result["x-legal-basis"] = .string(basis.rawValue) }
        return .object(result)
    }

    /// The problems that an operation may answer with, one for each status.
    private static func kinds(_ operation: AnyOperation) -> [ProblemKind] {
        var kinds: [ProblemKind] = [.malformed, .unauthenticated, .notAcceptable]
        if !operation.callers.contains(.anyone) { kinds.append(.forbidden) }
        if operation.path.contains("{") { kinds.append(.notFound) }
        if operation.changes { kinds.append(.refused) }
        if operation.needsVersion { kinds += [.preconditionFailed, .preconditionRequired] }
        if operation.body != nil { kinds += [.tooLarge, .unsupportedMediaType] }
        return kinds + [.invalidContent, .unavailable]
    }

    private static let documented: [ProblemKind] = [
        .malformed, .unauthenticated, .forbidden, .notFound, .notAcceptable, .refused, .preconditionFailed, .preconditionRequired, .tooLarge,
        .unsupportedMediaType, .invalidContent, .unavailable,
    ]

    private static func name(_ kind: ProblemKind) -> String { "Problem-\(kind.rawValue)" }

    private static func problems(_ schema: JSONSchema) -> JSONObject {
        var responses = JSONObject()
        for kind in documented {
            var response: JSONObject = JSONObject([JSONObject.Member(name: "description", value: .string(kind.title.en))])
            response["content"] = [
                .init(Problem.mediaType): [
                    "schema": ["$ref": .string("#/components/schemas/\(Schemas.title(of: Problem.self))")],
                    "example": ["type": .string(kind.type), "title": .string(kind.title.en), "status": .number(String(kind.status))],
                ]
            ]
            if kind == .unavailable {
                response["headers"] = ["Retry-After": ["description": "Seconds to wait.", "schema": ["type": "integer"]]]
            }
            responses[name(kind)] = .object(response)
        }
        return responses
    }
}
