import Contracts
import EventLoop
import Foundation
import Testing

/// Two citizens with an application that waits and a licence each, and everyone who could ask about them.
@Loop struct RightsWorld {
    /// A citizen, and the records that are theirs.
    struct Subject: Sendable {
        var iin: IIN
        /// What nobody may read who is not let in.
        var secrets: [String]
        /// Numbers of the subject's records, by what the path of an operation begins with.
        var numbers: [String: String]
    }

    /// Acts in every capacity; is the subject of what is called own.
    let own: Subject
    let other: Subject
    /// Made up where no contract names one.
    let power: String

    /// The body that a service's cases are before, and one that has nothing to do with them.
    static func bodies(_ service: ServiceName) -> [RightsTable.Kind: String] {
        [.officialOfBody: service == .naturalPersons ? "civil-registration" : "ministry-of-justice", .officialOfOther: "ministry-of-finance"]
    }

    init(_ platform: Platform) async throws {
        own = try await Self.subject(platform, People.applicant, ["Серікбаев", "Серикбаев"])
        other = try await Self.subject(platform, People.secondApplicant, ["Ахметова"])
        power = Catalogue.services.flatMap(\.operations).flatMap(\.callers)
            .compactMap { if case .representative(let power) = $0 { power } else { nil } }.first ?? "apply"
    }

    private static func subject(_ platform: Platform, _ iin: IIN, _ names: [String]) async throws -> Subject {
        let waiting = try await platform.submit("advocate", as: iin)
        let issued = try await platform.submit("notary", as: iin)
        for receipt in [waiting, issued] { try await platform.untilFacts(receipt.number, .citizen(iin)) }
        let answer = try await platform.call(
            Licences.decide, Licences.Decision(number: issued.number, outcome: .issue), as: People.official)
        let licence = try #require(answer.licence)
        return Subject(
            iin: iin, secrets: [iin.rawValue] + names,
            numbers: ["/v1/applications/": waiting.number.rawValue, "/v1/licences/": licence.rawValue])
    }

    func subject(_ whose: RightsTable.Whose) -> Subject { whose == .own ? own : other }

    func caller(_ kind: RightsTable.Kind, at service: ServiceName) throws -> Caller? {
        let bin = try #require(BIN(rawValue: "150140000121"))
        return switch kind {
        case .anonymous: nil
        case .citizen: .citizen(own.iin)
        case .representativeWithPower: .representative(own.iin, bin, powers: [power])
        case .representativeWithout: .representative(own.iin, bin, powers: ["\(power)-not"])
        case .officialOfBody, .officialOfOther: .official(own.iin, body: try BodyCode(Self.bodies(service)[kind] ?? ""), position: "specialist")
        case .notary: .notary(own.iin)
        case .service: .service(.eLicense)
        case .operator: .operator("rights")
        }
    }

    /// Whether the path names a record that is there.
    func isKnown(_ operation: AnyOperation, _ whose: RightsTable.Whose) -> Bool {
        operation.parameters.allSatisfy { $0.location != .path || value(of: $0.name, operation, whose) != nil }
    }

    /// A request made of the contract's examples, with the subject's own number and records in their places.
    func request(_ operation: AnyOperation, as kind: RightsTable.Kind, about whose: RightsTable.Whose, on platform: Platform) throws -> Call {
        var path = operation.path
        var query: [String] = []
        var headers: [String: String] = [:]
        for parameter in operation.parameters {
            let example = parameter.example.array?.first ?? parameter.example
            let text = value(of: parameter.name, operation, whose) ?? example.string ?? example.int.map { "\($0)" } ?? "true"
            let encoded = text.addingPercentEncoding(withAllowedCharacters: .alphanumerics.union(CharacterSet(charactersIn: "-._~"))) ?? text
            switch parameter.location {
            case .path: path = path.replacing("{\(parameter.name)}", with: encoded)
            // Without what may be left out: a list from its beginning, of everything.
            case .query: if parameter.isRequired { query.append("\(parameter.name)=\(encoded)") }
            case .header: headers[parameter.name] = text
            }
        }
        var call = Call(operation.service, operation.method.rawValue, path + (query.isEmpty ? "" : "?" + query.joined(separator: "&")))
        call.headers = headers
        if let example = operation.bodyExample { call.body = JSON.write(filled(example, operation, whose)) }
        if operation.changes { call.key = UUID.v7().text }
        if let caller = try caller(kind, at: operation.service) { call.token = try platform.keys.token(caller, for: operation.service) }
        return call
    }

    private func value(of name: String, _ operation: AnyOperation, _ whose: RightsTable.Whose) -> String? {
        let subject = subject(whose)
        return switch name {
        case "iin": subject.iin.rawValue
        case "number": subject.numbers.first { operation.path.hasPrefix($0.key) }?.value
        case "basis": operation.service == .naturalPersons ? "id-numbers-law-2007" : "permits-law-2014"
        case "case": "e-license:\(subject.numbers["/v1/applications/"] ?? "")"
        default: nil
        }
    }

    private func filled(_ example: JSONValue, _ operation: AnyOperation, _ whose: RightsTable.Whose) -> JSONValue {
        switch example {
        case .object(let object):
            .object(JSONObject(object.members.map { member in
                let text = member.value.string == nil ? nil : value(of: member.name, operation, whose)
                return JSONObject.Member(name: member.name, value: text.map { .string($0) } ?? filled(member.value, operation, whose))
            }))
        case .array(let items): .array(items.map { filled($0, operation, whose) })
        default: example
        }
    }
}
