import Contracts
import Testing

/// What must hold for every service's words.
@Suite struct CatalogueTests {
    @Test func operationsAreUnambiguous() {
        for service in Catalogue.services {
            #expect(Set(service.operations.map(\.name)).count == service.operations.count)
            #expect(Set(service.operations.map { "\($0.method.rawValue) \($0.path)" }).count == service.operations.count)
            for operation in service.operations {
                #expect(operation.service == service.name)
                #expect(!operation.callers.isEmpty && !operation.contours.isEmpty, "\(operation.name)")
                #expect(operation.parameters.count { $0.location == .path } == operation.path.count { $0 == "{" }, "\(operation.name)")
            }
        }
        #expect(Set(Catalogue.services.map(\.port)).count == Catalogue.services.count)
    }

    @Test func everyTypeIsDescribedAndItsExampleIsGood() throws {
        for service in Catalogue.services {
            for operation in service.operations {
                for schema in [operation.input, operation.output] { #expect(schema.value["not"] == nil, "\(operation.name) \(schema.value)") }
                #expect(operation.input.value["additionalProperties"] == false)
                #expect(operation.output.value["additionalProperties"] == nil)
            }
            for event in service.publishes { #expect(event.schema.value["not"] == nil, "\(event.type)") }
        }
        let submission = try JSON.decode(Licences.Submission.self, from: Licences.submit.erased.inputExample)
        #expect(submission.kind == "advocate" && submission.contact != nil)
        #expect(throws: Never.self) { try JSON.decode(Licences.Application.self, from: Licences.application.erased.outputExample) }
        #expect(Licences.submit.erased.body?.value["required"] == ["kind", "language"])
    }

    @Test func eventsCarryNoPersonalData() throws {
        for event in Catalogue.services.flatMap(\.publishes) {
            let text = String(decoding: JSON.write(event.schema.value), as: UTF8.self)
            for word in ["iin", "surname", "birthDate\":{", "address\":{"] { #expect(!text.contains("\"\(word)"), "\(event.type) \(word)") }
            #expect(event.type.hasPrefix("kz.egov.\(event.topic.service).") && event.type.hasSuffix(".v1"))
            #expect(Catalogue.topics.contains(event.topic))
        }
    }

    @Test func topicsAreNamedAndKept() {
        #expect(Set(Catalogue.topics.map { $0.name(prefix: "egov") }) == [
            "egov.e-license.application.v1", "egov.e-license.answer.v1", "egov.natural-persons.person.v1", "egov.natural-persons.inquiry.v1",
        ])
        for topic in Catalogue.topics {
            #expect(topic.settings(brokers: 1)["retention.ms"] == "-1" && topic.settings(brokers: 1)["flush.messages"] == "1")
            #expect(topic.settings(brokers: 3)["min.insync.replicas"] == "2" && topic.replicas(brokers: 3) == 3)
        }
    }

    @Test func documentsReferToWhatTheyHold() throws {
        for service in Catalogue.services {
            for document in [OpenAPI.document(service), AsyncAPI.document(service)] {
                for reference in references(document) {
                    let found = reference.dropFirst(2).split(separator: "/").reduce(Optional(document)) { $0?[String($1)] }
                    #expect(found != nil, "\(reference)")
                }
            }
        }
    }

    @Test func inquiriesAreHeardByTheRegisterAndAnsweredToTheAsker() throws {
        let register = AsyncAPI.document(try #require(Catalogue.service(.naturalPersons)))
        let asker = AsyncAPI.document(try #require(Catalogue.service(.eLicense)), prefix: "t1")
        let question = "kz.egov.natural-persons.person-extract.inquiry.v1"
        #expect(register["operations"]?["receive-\(question)"] != nil && asker["operations"]?["send-\(question)"] != nil)
        #expect(asker["channels"]?["e-license-answer-v1"]?["address"] == "t1.e-license.answer.v1")
        #expect(asker["operations"]?["receive-kz.egov.natural-persons.person-extract.answer.v1"] != nil)
    }

    @Test func inquiryClaimsAreJWTClaims() throws {
        let example = Schemas.describe(InquiryClaims.self).example
        let claims = try JSON.decode(InquiryClaims.self, from: example)
        #expect(try JSON.tree(claims) == example)
        #expect(Set(example.object?.names ?? []) == ["jti", "iss", "aud", "iat", "exp", "case", "basis", "body", "fields", "name", "request"])
        let answer = InquiryAnswer(inquiry: claims.id, answeredAt: .now, extract: Persons.Extract(iin: try IIN("850315300019")))
        #expect(try JSON.decode(InquiryAnswer<Persons.Extract>.self, from: JSON.encode(answer)) == answer)
    }

    private func references(_ value: JSONValue) -> [String] {
        switch value {
        case .object(let object): object.members.flatMap { $0.name == "$ref" ? [$0.value.string ?? ""] : references($0.value) }
        case .array(let items): items.flatMap(references)
        default: []
        }
    }

    @Test func extractsHoldWhatTheFieldsOpen() throws {
        let record = try JSON.decode(Persons.Record.self, from: Persons.own.erased.outputExample)
        let extract = Persons.Extract(record, [.name, .status])
        #expect(extract.name == record.name && extract.status == record.status && extract.birthDate == nil && extract.address == nil)
        #expect(try JSON.tree(extract).object?.names == ["iin", "name", "status"])
    }
}
