import Contracts
import EventLoop
import FoundationEssentials
import HTTP
import Kafka
import Postgres
import TestSupport
import Testing
import Trust

extension EndToEnd {
    @Suite("Bad messages", .sharedPlatform) struct MessageTests {
        private let inquiries = Topic.inquiries(to: .naturalPersons)
        private let answers = Topic.answers(to: .eLicense)

        @Test func `what is no CloudEvent, of an unknown type or does not fit is parked and seen, and others go on`() async throws {
            try await onPlatform { platform in
                let forger = InquiryForger(platform)
                let good = try forger.sealed(forger.claims("e-license:X1"))
                let headers = forger.headers()
                let bad: [(what: String, headers: [KafkaHeader], value: [UInt8]?)] = [
                    ("not a CloudEvent", [], Array("hello".utf8)),
                    ("ce_specversion is not 1.0", headers.map { $0.name == "ce_specversion" ? KafkaHeader("ce_specversion", "0.3") : $0 }, good),
                    ("header ce_id is missing", headers.filter { $0.name != "ce_id" }, good),
                    ("header ce_type stands twice", headers + [KafkaHeader("ce_type", Persons.extract.inquiryType)], good),
                    ("no value", headers, nil),
                    ("kz.egov.nobody.knows.v1", forger.headers(type: "kz.egov.nobody.knows.v1"), good),
                    ("", forger.headers(), Array("no seal at all".utf8)),
                    ("", forger.headers(), []),
                    ("", forger.headers(), try forger.sealed(forger.claims("e-license:X2", request: ["iin": "850315300018"]))),
                    ("", forger.headers(), try forger.sealed(forger.claims("e-license:X3", request: ["person": 1]))),
                ]
                let before = try await platform.status(of: .naturalPersons).parked
                for (number, message) in bad.enumerated() {
                    try await platform.publish(inquiries, key: number % 3 == 0 ? nil : "bad-\(number)", value: message.value, headers: message.headers)
                }
                try await eventually("all of them are parked") {
                    try await platform.status(of: .naturalPersons).parked == before + Int64(bad.count)
                }
                let list = try await platform.call(
                    Operations.parkedList(for: .naturalPersons), ParkedQuery(state: .parked, cursor: nil, limit: 100), as: People.administrator).items
                for message in bad { #expect(list.contains { $0.error.contains(message.what) }, "\(message.what)") }
                #expect(list.allSatisfy { $0.topic == inquiries.name(prefix: platform.prefix) && !$0.error.contains("850315300018") })
                let hello = try #require(list.first { $0.error.contains("ce_specversion is missing") })
                let shown = try await platform.call(
                    Operations.parkedShow(for: .naturalPersons), ParkedID(id: hello.id), as: People.administrator)
                #expect(shown.payload == "hello" && shown.headers.isEmpty)
                // Others go on: an application that came after them gets its extract.
                let receipt = try await platform.submit(as: People.applicant)
                try await platform.untilFacts(receipt.number, .citizen(People.applicant))
                #expect(try await platform.status(of: .naturalPersons).parked == before + Int64(bad.count))
            }
        }

        @Test func `an inquiry signed by nobody, by a stranger or by another service shows nothing`() async throws {
            try await onPlatform { platform in
                let forger = InquiryForger(platform)
                let register = try platform.database(.naturalPersons)
                let (eLicense, persons) = (try #require(platform.keys.signing[.eLicense]), try #require(platform.keys.signing[.naturalPersons]))
                let stranger = try PrivateKey.generate()
                let claims = try forger.claims("e-license:FORGED")
                var forged: [[UInt8]] = []
                // Signed by nobody: bare claims, and alg none.
                forged.append(try forger.sealed(text: String(decoding: try JSON.encode(claims), as: UTF8.self)))
                let none = Base64URL.encode(Array(#"{"alg":"none","typ":"inquiry+jwt"}"#.utf8))
                forged.append(try forger.sealed(text: "\(none).\(Base64URL.encode(try JSON.encode(claims)))."))
                // By a stranger, under an own name and under e-License's.
                forged.append(try forger.sealed(claims, key: stranger))
                forged.append(try forger.sealed(claims, key: stranger, kid: eLicense.publicKey.thumbprint))
                // By another service in e-License's name, and by the sign-in.
                forged.append(try forger.sealed(claims, key: persons))
                forged.append(try forger.sealed(claims, key: platform.keys.signIn))
                // A caller's token in place of an inquiry, and an inquiry of long ago.
                forged.append(try forger.sealed(text: try platform.keys.token(.service(.eLicense), for: .naturalPersons)))
                forged.append(try forger.sealed(try forger.claims("e-license:FORGED", issuedAt: .now + .seconds(-90 * 86_400))))
                // For another register, and sealed to another reader.
                forged.append(try forger.sealed(try forger.claims("e-license:FORGED", register: .eLicense)))
                forged.append(try forger.sealed(claims, to: .eLicense))
                let before = try await register.count("parked")
                let answersBefore = try await platform.records(of: answers).count
                for (number, value) in forged.enumerated() {
                    try await platform.publish(inquiries, key: "forged-\(number)", value: value, headers: forger.headers())
                }
                try await eventually("all forged inquiries are parked") { try await register.count("parked") == before + forged.count }
                try await platform.untilPublished()
                #expect(try await platform.records(of: answers).count == answersBefore)
                #expect(try await register.count("journal WHERE case_id = 'e-license:FORGED'") == 0)
            }
        }

        @Test(arguments: [
            ("permits-law-2014", ["name", "sex"], "basis-does-not-allow"), ("id-numbers-law-2007", ["name"], "basis-of-registering-bodies"),
            ("law-of-nobody", ["name"], "basis-unknown"), ("permits-law-2014", ["income"], "field-unknown"), ("permits-law-2014", [], "fields-missing"),
        ]) func `a basis that does not allow the fields is answered with a refusal, sealed, and the citizen sees it`(
            _ basis: String, _ fields: [String], _ rule: String
        ) async throws {
            try await onPlatform { platform in
                let forger = InquiryForger(platform)
                let number = "X-\(UUID.v7().uuidString.prefix(13))"
                let caseID = "e-license:\(number)"
                try await platform.publish(
                    inquiries, key: caseID, value: try forger.sealed(try forger.claims(caseID, basis: basis, fields: fields)), headers: forger.headers())
                let found = Holder<ConsumedRecord?>(nil)
                try await eventually("the refusal is on the topic") {
                    found.value = try await platform.records(of: answers).first { $0.keyText == caseID }
                    return found.value != nil
                }
                let answer = try #require(found.value)
                #expect(!answer.valueText.contains(rule))
                let opened = try Sealed.open(answer.valueText, with: try #require(platform.keys.opening[.eLicense]))
                let parts = String(decoding: opened, as: UTF8.self).split(separator: ".").map(String.init)
                let payload = String(decoding: try #require(Base64URL.decode(parts[1])), as: UTF8.self)
                #expect(payload.contains(rule))
                #expect(!payload.contains("Серікбаев"))
                let history = try await platform.call(
                    AccessHistory.operation(for: .naturalPersons), PageRequest(limit: 100), as: .citizen(People.applicant)).items
                let entry = try #require(history.first { $0.case == caseID })
                #expect(entry.outcome == .refused)
                #expect(entry.basis == basis)
                #expect(entry.fields == fields)
                #expect(entry.service == .eLicense)
            }
        }

        @Test func `a message that comes again has no second effect`() async throws {
            try await onPlatform { platform in
                let forger = InquiryForger(platform)
                let register = try platform.database(.naturalPersons)
                let caseID = "e-license:AGAIN"
                let (headers, value) = (forger.headers(), try forger.sealed(try forger.claims(caseID)))
                for _ in 0..<5 { try await platform.publish(inquiries, key: caseID, value: value, headers: headers) }
                // The last in its partition: once this one is answered, those before it were looked at.
                let last = "e-license:AGAIN"
                try await platform.publish(inquiries, key: last, value: try forger.sealed(try forger.claims(last)), headers: forger.headers())
                try await eventually("two inquiries are in the journal") { try await register.count("journal WHERE case_id = \(caseID)") == 2 }
                try await platform.untilPublished()
                #expect(try await platform.records(of: answers).filter { $0.keyText == caseID }.count == 2)
            }
        }

        @Test func `an answer that e-License did not ask for, cannot open, or whose sender is another, changes no case`() async throws {
            try await onPlatform { platform in
                let forger = InquiryForger(platform)
                let licences = try platform.database(.eLicense)
                let receipt = try await platform.submit("forensic", as: People.secondApplicant)
                try await platform.untilFacts(receipt.number, .citizen(People.secondApplicant))
                let state = try await platform.application(receipt.number, as: .citizen(People.secondApplicant))
                let caseID = state.case.rawValue
                let before = try await licences.count("parked")
                let type = Persons.extract.answerType
                let claims = try forger.answer(caseID, inquiry: UUID.v7())
                let (own, persons) = (try #require(platform.keys.signing[.eLicense]), try #require(platform.keys.signing[.naturalPersons]))
                let bad = [
                    // Sealed to the register's key: e-License cannot open it.
                    try forger.seal(claims, signedBy: persons, to: .naturalPersons),
                    try forger.seal(claims, signedBy: try PrivateKey.generate(), to: .eLicense),
                    try forger.seal(claims, signedBy: own, to: .eLicense),
                ]
                for (number, value) in bad.enumerated() {
                    try await platform.publish(answers, key: "forged-\(number)", value: value, headers: forger.headers(type: type, from: .naturalPersons))
                }
                // Well made, but to a question that nobody asked: passed over.
                try await platform.publish(
                    answers, key: caseID, value: try forger.seal(claims, signedBy: persons, to: .eLicense), headers: forger.headers(type: type, from: .naturalPersons))
                try await eventually("three are parked, one is passed over") {
                    let status = try await platform.status(of: .eLicense)
                    return status.parked == Int64(before + 3) && status.lag.allSatisfy { $0.messages == 0 }
                }
                #expect(try await platform.application(receipt.number, as: .citizen(People.secondApplicant)) == state)
            }
        }
    }
}

/// Makes inquiries and answers as e-License and the register do, and as they never would.
@Loop private struct InquiryForger {
    let platform: Platform

    init(_ platform: Platform) { self.platform = platform }

    func claims(
        _ caseID: String, basis: String = "permits-law-2014", fields: [String] = ["name"], request: JSONValue = ["iin": "850315300019"],
        issuedAt: Timestamp = .now, register: ServiceName = .naturalPersons
    ) throws -> InquiryClaims {
        InquiryClaims(
            id: .v7(), asker: .eLicense, register: register, issuedAt: issuedAt.seconds, expiresAt: issuedAt.seconds + 86_400, case: caseID,
            basis: basis, body: "ministry-of-justice", fields: fields, name: Persons.extract.name, request: request)
    }

    func sealed(
        _ claims: InquiryClaims, key: PrivateKey? = nil, kid: String? = nil, to reader: ServiceName = .naturalPersons
    ) throws -> [UInt8] {
        let key = try key ?? #require(platform.keys.signing[.eLicense])
        return try sealed(text: try Token.sign(claims, key: key, kid: kid ?? key.publicKey.thumbprint, type: "inquiry+jwt"), to: reader)
    }

    func sealed(text: String, to reader: ServiceName = .naturalPersons) throws -> [UInt8] {
        let entry = try #require(platform.keys.everyone.newest(of: reader.rawValue, for: .encryption))
        return Array(try Sealed.seal(Array(text.utf8), to: entry.key, kid: entry.kid).utf8)
    }

    func answer(_ caseID: String, inquiry: UUID) throws -> JSONValue {
        [
            "inquiry": .string(inquiry.text), "iss": "natural-persons", "aud": "e-license", "iat": .number("\(Timestamp.now.seconds)"),
            "exp": .number("\(Timestamp.now.seconds + 3600)"), "case": .string(caseID), "name": .string(Persons.extract.name),
            "answer": ["inquiry": .string(inquiry.text), "answeredAt": .string("\(Timestamp.now)"), "extract": ["iin": "920712400128"]],
        ]
    }

    func seal(_ claims: JSONValue, signedBy key: PrivateKey, to reader: ServiceName) throws -> [UInt8] {
        try sealed(text: try Token.sign(claims, key: key, kid: key.publicKey.thumbprint, type: "answer+jwt"), to: reader)
    }

    func headers(type: String = Persons.extract.inquiryType, from source: ServiceName = .eLicense) -> [KafkaHeader] {
        [
            KafkaHeader("ce_specversion", "1.0"), KafkaHeader("ce_id", UUID.v7().text), KafkaHeader("ce_source", "/\(source)"),
            KafkaHeader("ce_type", type), KafkaHeader("ce_time", "\(Timestamp.now)"), KafkaHeader("content-type", "application/jose"),
        ]
    }
}
