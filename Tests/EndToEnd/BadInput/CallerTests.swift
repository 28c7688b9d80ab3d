import Contracts
import EventLoop
import FoundationEssentials
import HTTP
import Postgres
import Testing
import Trust

extension EndToEnd {
    @Suite("Callers and their rights", .sharedPlatform) struct CallerTests {
        @Test(arguments: [ServiceName.naturalPersons, .eLicense])
        func `a token that does not hold lets nobody in`(_ service: ServiceName) async throws {
            try await onPlatform { platform in
                let keys = platform.keys
                let citizen = Caller.citizen(People.applicant)
                let path = "/v1/access-history"
                func status(_ token: String?, scheme: String = "Bearer") async throws -> Int {
                    var call = Call(service, "GET", path)
                    if let token { call.headers["Authorization"] = "\(scheme) \(token)" }
                    let answer = try await platform.send(call)
                    if answer.status == 401 { #expect(answer.headers["WWW-Authenticate"] == "Bearer") }
                    return answer.status
                }
                let good = try keys.token(citizen, for: service)
                let parts = good.split(separator: ".").map(String.init)
                let stranger = try PrivateKey.generate()
                let other: ServiceName = service == .eLicense ? .naturalPersons : .eLicense
                #expect(try await status(good) == 200)
                #expect(try await status(nil) == 401)
                #expect(try await status("") == 401)
                #expect(try await status("nonsense") == 401)
                #expect(try await status(good, scheme: "Basic") == 401)
                #expect(try await status(String(repeating: "a", count: 9000)) >= 400)
                // alg: none, with and without the signature that was there.
                let none = Base64URL.encode(Array(#"{"alg":"none","typ":"JWT"}"#.utf8))
                #expect(try await status("\(none).\(parts[1]).") == 401)
                #expect(try await status("\(none).\(parts[1]).\(parts[2])") == 401)
                // A signature of another's, of nothing, of other claims.
                #expect(try await status(try keys.token(citizen, for: service, key: stranger)) == 401)
                #expect(try await status(try keys.token(citizen, for: service, key: stranger, kid: keys.signIn.publicKey.thumbprint)) == 401)
                #expect(try await status("\(parts[0]).\(parts[1]).\(Base64URL.encode([UInt8](repeating: 0, count: 64)))") == 401)
                let victim = try keys.token(.citizen(People.secondApplicant), for: service).split(separator: ".").map(String.init)
                #expect(try await status("\(parts[0]).\(victim[1]).\(parts[2])") == 401)
                // Expired, of the future, for another service.
                #expect(try await status(try keys.token(citizen, for: service, at: .now + .seconds(-3600))) == 401)
                #expect(try await status(try keys.token(citizen, for: service, at: .now + .seconds(3600))) == 401)
                #expect(try await status(try keys.token(citizen, for: other)) == 401)
                // A service cannot make a citizen.
                let own = try #require(keys.signing[other])
                #expect(try await status(try keys.token(citizen, for: service, key: own)) == 401)
                #expect(try await status(try keys.token(citizen, for: service, key: own, issuer: other.rawValue)) == 401)
                // The one who may does still.
                #expect(try await status(good) == 200)
            }
        }

        @Test func `nobody gets further than their capacity`() async throws {
            try await onPlatform { platform async throws in
                let citizen = Caller.citizen(People.applicant)
                let form = #"{"kind":"advocate","language":"kk"}"#
                #expect(try await platform.status(to: .eLicense, "POST", "/v1/applications", nil, form) == 401)
                #expect(try await platform.status(to: .eLicense, "POST", "/v1/applications", People.official, form) == 403)
                #expect(try await platform.status(to: .eLicense, "GET", "/v1/applications/queue", citizen) == 403)
                #expect(try await platform.status(to: .eLicense, "GET", "/v1/status", citizen) == 403)
                #expect(try await platform.status(to: .eLicense, "POST", "/v1/clock", People.official, #"{"bySeconds":60}"#) == 403)
                #expect(try await platform.status(to: .eLicense, "GET", "/v1/parked-messages", People.official) == 403)
                #expect(try await platform.status(to: .naturalPersons, "POST", "/v1/persons", citizen, "{}") == 403)
                // An official, but of no registering body.
                let record = #"{"iin":"990101300013","name":{"kk":{"surname":"Ж","given":"А"},"ru":{"surname":"Ж","given":"А"}},"sex":"male","birthDate":"1999-01-01","citizenship":"KZ"}"#
                #expect(try await platform.status(to: .naturalPersons, "POST", "/v1/persons", People.official, record) == 403)
                #expect(try await platform.database(.naturalPersons).count("person") == People.all.count)
            }
        }

        @Test func `a citizen does not see another's record or case, nor that it is there`() async throws {
            try await onPlatform { platform in
                let receipt = try await platform.submit(as: People.applicant)
                let other = Caller.citizen(People.secondApplicant)
                func answer(_ path: String, _ caller: Caller, _ service: ServiceName = .eLicense) async throws -> HTTPClientResponse {
                    try await platform.send(Call(service, "GET", path, token: try platform.keys.token(caller, for: service)))
                }
                let theirs = try await answer("/v1/applications/\(receipt.number)", other)
                let nobodys = try await answer("/v1/applications/\(try LicenceNumber(series: "APP", serial: 99_999_999))", other)
                #expect(theirs.status == 404)
                // Not even the words tell the difference.
                var (one, two) = (try theirs.problem(), try nobodys.problem())
                (one.traceId, two.traceId) = (nil, nil)
                #expect(one == two)
                #expect(try await answer("/v1/applications/\(receipt.number)", People.otherOfficial).status == 404)
                #expect(try await answer("/v1/applications/\(receipt.number)", .citizen(People.applicant)).status == 200)
                #expect(!(try await answer("/v1/applications", other)).text.contains(receipt.number.rawValue))
                #expect(!(try await answer("/v1/applications/queue", People.otherOfficial)).text.contains(receipt.number.rawValue))
                let path = "/v1/persons/\(People.applicant.rawValue)"
                #expect(try await answer(path, other, .naturalPersons).status == 403)
                // An official needs a case and a basis that opens the record to their body.
                #expect(try await answer(path, People.official, .naturalPersons).status == 422)
                let query = "?case=e-license:\(receipt.number)&basis="
                for (basis, rule) in [
                    ("permits-law-2014", "basis-does-not-allow"), ("id-numbers-law-2007", "basis-of-registering-bodies"), ("own-law", "basis-unknown"),
                ] {
                    let refused = try await answer(path + query + basis, People.official, .naturalPersons)
                    #expect(refused.status == 403)
                    #expect(try refused.problem().rule == rule)
                    #expect(!refused.text.contains("1985"))
                }
                let withdrawal = Call(
                    .eLicense, "POST", "/v1/applications/\(receipt.number)/withdrawal", token: try platform.keys.token(other, for: .eLicense),
                    key: "withdraw", body: "{}")
                #expect(try await platform.send(withdrawal).status == 404)
                // What was not shown is in nobody's history as shown.
                #expect(try await platform.database(.eLicense).count("journal WHERE caller = \(other.key) AND outcome = 'shown' AND operation = 'applications.read'") == 0)
            }
        }

        @Test func `an official of another body does not decide, and nobody decides twice`() async throws {
            try await onPlatform { platform in
                let receipt = try await platform.submit("valuation", as: People.applicant)
                let citizen = Caller.citizen(People.applicant)
                func decide(_ caller: Caller, _ key: String, _ body: String = #"{"outcome":"issue"}"#) async throws -> HTTPClientResponse {
                    try await platform.send(Call(
                        .eLicense, "POST", "/v1/applications/\(receipt.number)/decision", token: try platform.keys.token(caller, for: .eLicense),
                        key: key, body: body))
                }
                try await platform.untilFacts(receipt.number, citizen)
                #expect(try await decide(citizen, "d0").status == 403)
                let foreign = try await decide(People.otherOfficial, "d1")
                #expect(foreign.status == 403)
                #expect(try foreign.problem().rule == "licensor-only")
                #expect(try await decide(People.official, "d2", #"{"outcome":"refuse"}"#).problem().rule == "refusal-ground")
                #expect(try await decide(People.official, "d3", #"{"outcome":"refuse","ground":"bad-mood","reasoning":"x"}"#).status == 422)
                #expect(try await platform.database(.eLicense).count("application WHERE number = \(receipt.number) AND decision IS NULL") == 1)
                let first = try await decide(People.official, "d4")
                #expect(first.status == 200)
                let again = try await decide(People.official, "d4")
                #expect(again.status == 200)
                #expect(again.body == first.body)
                var texts: Set<String> = []
                for body in [#"{"outcome":"issue"}"#, #"{"outcome":"refuse","ground":"court-ban","reasoning":"x"}"#] {
                    let twice = try await decide(People.official, "d5-\(body.utf8.count)", body)
                    #expect(twice.status == 409)
                    #expect(try twice.problem().rule == "already-decided")
                    texts.insert(twice.text)
                }
                let withdrawal = Call(
                    .eLicense, "POST", "/v1/applications/\(receipt.number)/withdrawal", token: try platform.keys.token(citizen, for: .eLicense),
                    key: "too-late", body: "{}")
                #expect(try await platform.send(withdrawal).status == 409)
                let licences = try platform.database(.eLicense)
                #expect(try await licences.count("licence JOIN application ON application.id = licence.application WHERE application.number = \(receipt.number)") == 1)
            }
        }
    }
}

extension Platform {
    fileprivate func status(
        to service: ServiceName, _ method: String, _ path: String, _ caller: Caller?, _ body: String? = nil
    ) async throws -> Int {
        var call = Call(service, method, path, key: "rights-\(UUID.v7())", body: body)
        if let caller { call.token = try keys.token(caller, for: service) }
        return try await send(call).status
    }
}
