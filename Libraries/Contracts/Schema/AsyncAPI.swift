/// AsyncAPI 3.0 of one service: the topics it owns, the events it publishes and consumes, the inquiries it answers.
public enum AsyncAPI {
    public static func document(_ service: ServiceContract, prefix: String = "egov") -> JSONValue {
        var components = Components(prefix: "#/components/schemas/")
        var channels = JSONObject()
        var operations = JSONObject()
        var messages = JSONObject()

        func channel(_ topic: Topic) -> String { "\(topic.service)-\(topic.aggregate)-v\(topic.version)" }

        func declare(_ topic: Topic) {
            guard channels[channel(topic)] == nil else { return }
            channels[channel(topic)] = [
                "address": .string(topic.name(prefix: prefix)),
                "description": .string("Keyed by \(topic.keyedBy)."), "messages": [:],
                "bindings": ["kafka": ["partitions": .number(String(topic.partitions)), "bindingVersion": "0.5.0"]],
            ]
        }

        func add(_ name: String, to topic: Topic, _ message: JSONValue, action: String) {
            declare(topic)
            messages[name] = message
            guard case .object(var declared)? = channels[channel(topic)] else { return }
            var inChannel = declared["messages"]?.object ?? JSONObject()
            inChannel[name] = ["$ref": .string("#/components/messages/\(name)")]
            declared["messages"] = .object(inChannel)
            channels[channel(topic)] = .object(declared)
            operations["\(action)-\(name)"] = [
                "action": .string(action), "channel": ["$ref": .string("#/channels/\(channel(topic))")],
                "messages": [["$ref": .string("#/channels/\(channel(topic))/messages/\(name)")]],
            ]
        }

        service.topics.forEach(declare)
        for (events, action) in [(service.publishes, "send"), (service.consumes, "receive")] {
            for event in events {
                let payload = components.hoist(event.schema.value)
                add(event.type, to: event.topic, message(event.type, event.summary, payload, event.example), action: action)
            }
        }
        for (inquiries, action) in [(service.inquiries, "receive"), (service.asks, "send")] {
            for inquiry in inquiries {
                let request = components.hoist(inquiry.request.value)
                add(
                    inquiry.inquiryType, to: inquiry.topic,
                    sealed(
                        inquiry.inquiryType, "\(inquiry.summary.en): a token signed by the asker; its claim `request` has this form.",
                        "application/jwt", request), action: action)
            }
        }
        for inquiry in service.asks {
            let extract = components.hoist(inquiry.extract.value)
            add(
                inquiry.answerType, to: .answers(to: service.name),
                sealed(
                    inquiry.answerType, "\(inquiry.summary.en): sealed to the asker's key; inside, `extract` has this form.",
                    "application/jose", extract), action: "receive")
        }
        return [
            "asyncapi": "3.0.0",
            "info": [
                "title": .string(service.title.en), "version": "1.0.0", "description": "CloudEvents 1.0 in Kafka's binary mode.",
                "license": ["name": "Apache-2.0"],
            ],
            "defaultContentType": "application/json", "channels": .object(channels), "operations": .object(operations),
            "components": ["messages": .object(messages), "schemas": .object(components.schemas)],
        ]
    }

    private static func message(_ type: String, _ summary: String, _ payload: JSONValue, _ example: JSONValue) -> JSONValue {
        [
            "name": .string(type), "summary": .string(summary), "contentType": "application/json", "headers": headers(type),
            "payload": payload, "examples": [["payload": example]],
        ]
    }

    /// A message whose JSON is inside a signed or sealed token.
    private static func sealed(_ type: String, _ summary: String, _ mediaType: String, _ inside: JSONValue) -> JSONValue {
        [
            "name": .string(type), "summary": .string(summary), "contentType": .string(mediaType), "headers": headers(type),
            "payload": ["type": "string", "contentMediaType": .string(mediaType), "x-inside": inside],
        ]
    }

    private static func headers(_ type: String) -> JSONValue {
        [
            "type": "object",
            "properties": [
                "ce_specversion": ["const": "1.0"], "ce_id": ["type": "string", "format": "uuid"],
                "ce_source": ["type": "string"], "ce_type": ["const": .string(type)],
                "ce_time": ["type": "string", "format": "date-time"], "ce_subject": ["type": "string"],
                "content-type": ["type": "string"], "traceparent": ["type": "string"],
            ],
            "required": ["ce_specversion", "ce_id", "ce_source", "ce_type"],
        ]
    }
}
