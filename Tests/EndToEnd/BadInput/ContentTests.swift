import Contracts
import EventLoop
import FoundationEssentials
import HTTP
import Postgres
import Testing

extension EndToEnd {
    @Suite("Bad content", .sharedPlatform) struct ContentTests {
        @Test(arguments: [
            ("850315300018", "iin-check-digit"), ("851315300011", "iin-date"), ("850230300017", "iin-date"), ("85031530001", "iin-length"),
            ("8503153000190", "iin-length"), ("85031530001A", "iin-characters"), ("８50315300019", "iin-characters"), ("", "iin-length"),
        ]) func `a number that is no IIN is told in the caller's language, and nobody is recorded`(_ number: String, _ rule: String) async throws {
            try await onPlatform { platform in
                let before = try await platform.database(.naturalPersons).count("person")
                var details: Set<String> = []
                for language in Language.allCases {
                    let answer = try await platform.record(person(iin: number), language: language)
                    #expect(answer.status == 422)
                    let problem = try answer.problem()
                    #expect(problem.type == ProblemKind.invalidContent.type)
                    #expect(problem.title == ProblemKind.invalidContent.title[language])
                    #expect(problem.errors?.map(\.pointer) == ["/iin"])
                    #expect(problem.rule == rule)
                    #expect(problem.traceId != nil)
                    details.insert(try #require(problem.detail))
                }
                #expect(details.count == 3, "one text for three languages")
                #expect(try await platform.database(.naturalPersons).count("person") == before)
            }
        }

        @Test(arguments: [
            ("109999999", "kato-unknown"), ("751110000", "kato-region-not-loaded"),
        ]) func `an address names a unit that the classifier has`(_ code: String, _ rule: String) async throws {
            try await onPlatform { platform in
                var details: Set<String> = []
                for language in Language.allCases {
                    let answer = try await platform.record(person(kato: code), language: language)
                    #expect(answer.status == 422)
                    let problem = try answer.problem()
                    #expect(problem.rule == rule)
                    details.insert(try #require(problem.detail))
                }
                #expect(details.count == 3)
                #expect(try await platform.database(.naturalPersons).count("person WHERE iin = \(fresh)") == 0)
            }
        }

        @Test(arguments: [
            (person(kato: "10101000"), 422, "/address/kato"),
            (person().replacing(#""sex":"#, with: #""colour":"red","sex":"#), 422, "/colour"),
            (person().replacing(#""text":"#, with: #""street":"x","text":"#), 422, "/address/street"),
            (person().replacing(#""sex":"male","#, with: ""), 422, "/sex"),
            (person().replacing(#""male""#, with: "1"), 422, "/sex"),
            (person().replacing(#""male""#, with: #""mail""#), 422, "/sex"),
            (person().replacing(#""1999-01-01""#, with: #""1999-02-29""#), 422, "/birthDate"),
            (person().replacing(#""1999-01-01""#, with: #""01.01.1999""#), 422, "/birthDate"),
            (person().replacing(#""KZ""#, with: "null"), 422, "/citizenship"),
            ("[]", 422, ""), ("null", 422, ""), ("", 422, nil), ("{", 400, nil), ("{}{}", 400, nil),
            (person().replacing(#""sex":"male""#, with: #""sex":"male","sex":"female""#), 400, nil),
            (String(repeating: "[", count: 60_000), 400, nil),
        ]) func `a body that does not fit is told where`(_ body: String, _ status: Int, _ pointer: String?) async throws {
            try await onPlatform { platform in
                let answer = try await platform.record(body)
                #expect(answer.status == status, "\(answer.text)")
                #expect(answer.headers["Content-Type"]?.hasPrefix(Problem.mediaType) == true)
                let problem = try answer.problem()
                if let pointer { #expect(problem.errors?.map(\.pointer) == [pointer]) }
                #expect(try await platform.database(.naturalPersons).count("person WHERE iin = \(fresh)") == 0)
                #expect(try await platform.database(.naturalPersons).count("idempotency WHERE key LIKE 'content-%' AND status <> 422") == 0)
            }
        }

        @Test func `bytes that are no UTF-8, a body of two megabytes, another media type`() async throws {
            try await onPlatform { platform in
                let token = try platform.keys.token(People.registrar, for: .naturalPersons)
                func record(_ body: [UInt8], type: String = "application/json") async throws -> Int {
                    var call = Call(.naturalPersons, "POST", "/v1/persons", token: token, key: "content-\(UUID.v7())", headers: ["Content-Type": type])
                    call.body = body
                    return try await platform.send(call).status
                }
                let body = Array(person().utf8)
                #expect(try await record(Array(person().utf8).map { $0 == UInt8(ascii: "A") ? 0xff : $0 }) == 400)
                // An overlong slash and half a surrogate pair.
                #expect(try await record(Array(#"{"iin":""#.utf8) + [0xc0, 0xaf] + Array(#""}"#.utf8)) == 400)
                #expect(try await record(Array(#"{"iin":"\ud800"}"#.utf8)) == 400)
                #expect(try await record([UInt8](repeating: UInt8(ascii: " "), count: 2 << 20) + body) == 413)
                #expect(try await record(body, type: "text/plain") == 415)
                #expect(try await platform.database(.naturalPersons).count("person WHERE iin = \(fresh)") == 0)
                #expect(try await record(body) == 201)
            }
        }

        @Test func `a kind that the catalogue does not have is refused in three languages, and a retry is refused the same`() async throws {
            try await onPlatform { platform in
                let applications = try await platform.database(.eLicense).count("application")
                var details: Set<String> = []
                for language in Language.allCases {
                    var call = Call(
                        .eLicense, "POST", "/v1/applications", token: try platform.keys.token(.citizen(People.applicant), for: .eLicense),
                        key: "refused-\(language)", body: #"{"kind":"astrologer","language":"kk"}"#, language: language)
                    let first = try await platform.send(call)
                    #expect(first.status == 422)
                    #expect(try first.problem().rule == "kind-unknown")
                    details.insert(try #require(try first.problem().detail))
                    call.token = try platform.keys.token(.citizen(People.applicant), for: .eLicense)
                    let again = try await platform.send(call)
                    #expect(again.status == first.status)
                    #expect(again.body == first.body)
                    #expect(again.headers["Content-Type"] == first.headers["Content-Type"])
                }
                #expect(details.count == 3)
                let entity = try await platform.send(Call(
                    .eLicense, "POST", "/v1/applications", token: try platform.keys.token(.citizen(People.applicant), for: .eLicense),
                    key: "entity", body: #"{"kind":"banking","language":"kk"}"#))
                #expect(try entity.problem().rule == "holder-kind")
                let licences = try platform.database(.eLicense)
                #expect(try await licences.count("application") == applications)
                #expect(try await licences.count("idempotency WHERE key LIKE 'refused-%' AND status = 422") == 3)
                #expect(try await licences.count("journal WHERE rule = 'kind-unknown' AND outcome = 'refused'") == 3)
            }
        }

        @Test func `paths, methods and queries that no operation has`() async throws {
            try await onPlatform { platform in
                let citizen = try platform.keys.token(.citizen(People.applicant), for: .eLicense)
                func status(_ method: String, _ path: String) async throws -> Int {
                    try await platform.send(Call(.eLicense, method, path, token: citizen, key: "path")).status
                }
                #expect(try await status("GET", "/v1/nothing") == 404)
                #expect(try await status("DELETE", "/v1/applications") == 405)
                #expect(try await status("GET", "/v1/applications?colour=red") == 422)
                #expect(try await status("GET", "/v1/applications?limit=many") == 422)
                #expect(try await status("GET", "/v1/applications?cursor=nonsense") == 422)
                #expect(try await status("GET", "/v1/applications/KZ00ADV00000001") == 422)
                #expect(try await status("GET", "/v1/applications/%ff%fe") == 400)
                #expect(try await status("GET", "/v1/licences/KZ-nonsense") == 422)
                #expect(try await status("GET", "/v1/kinds?on=2014-13-01") == 422)
                #expect(try await status("GET", "/v1/kinds?on=1999-01-01") == 422)
            }
        }
    }
}

/// Nobody's number yet.
private let fresh = "990101300013"

private func person(iin: String? = nil, kato: String = "101010000") -> String {
    """
    {"iin":"\(iin ?? fresh)","name":{"kk":{"surname":"Жаңа","given":"Адам"},"ru":{"surname":"Новый","given":"Адам"}},"sex":"male",\
    "birthDate":"1999-01-01","citizenship":"KZ","address":{"kato":"\(kato)","text":"A1"}}
    """
}

extension Platform {
    fileprivate func record(_ body: String, language: Language? = nil) async throws -> HTTPClientResponse {
        try await send(Call(
            .naturalPersons, "POST", "/v1/persons", token: try keys.token(People.registrar, for: .naturalPersons), key: "content-\(UUID.v7())",
            body: body, language: language))
    }
}
