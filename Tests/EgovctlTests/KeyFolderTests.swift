import CommandLine
import Contracts
import Testing
import Trust

@testable import Egovctl

@Suite struct KeyFolderTests {
    @Test func everyHolderGetsKeysThatNobodyElseReads() async throws {
        let temporary = try TemporaryFolder()
        let path = temporary.path
        let result = await run(["token", "keys", "--directory", path])
        #expect(result.code == .success)
        let names = ["sign-in.pem"] + Catalogue.services.flatMap { ["\($0.name).signing.pem", "\($0.name).opening.pem"] }
        #expect(Set(TemporaryFolder.contents(path)) == Set(names + ["keys.jwks"]))
        #expect(mode(path) == 0o700)
        for name in names { #expect(mode("\(path)/\(name)") == 0o600) }

        let set = try KeySet.load(file: "\(path)/keys.jwks")
        #expect(set.entries.count == names.count)
        for service in Catalogue.services.map(\.name.rawValue) {
            let signing = try PrivateKey.load(file: "\(path)/\(service).signing.pem").publicKey
            let opening = try PrivateKey.load(file: "\(path)/\(service).opening.pem").publicKey
            #expect(signing != opening)
            #expect(set.newest(of: service, for: .signing)?.key == signing)
            #expect(set.newest(of: service, for: .encryption)?.key == opening)
        }
    }

    @Test func keysThatAreThereAreKeptAndMissingOnesAdded() throws {
        let temporary = try TemporaryFolder()
        let folder = KeyFolder(path: temporary.path)
        let first = try folder.complete()
        let gone = try #require(first.last)
        try #require(removeFile(gone.file))
        let second = try folder.complete()
        #expect(second.filter(\.isNew).map(\.file) == [gone.file])
        #expect(second.dropLast().map(\.kid) == first.dropLast().map(\.kid))
        // What was sealed to the lost key may still come, so its public part stays known; the new one is the newest.
        let set = try KeySet.load(file: folder.jwksFile)
        #expect(set[gone.kid] != nil)
        #expect(set.newest(of: gone.owner, for: gone.use)?.kid == second.last?.kid)
        #expect(try folder.complete().allSatisfy { !$0.isNew })
    }

    @Test func tokensHoldForEveryServiceAndAQuarterOfAnHour() async throws {
        let temporary = try TemporaryFolder()
        let folder = KeyFolder(path: temporary.path)
        _ = try folder.complete()
        let lines: [(words: [String], caller: Caller)] = [
            (["citizen", "850315300019"], .citizen(try IIN("850315300019"))),
            (
                ["official", "791231304552", "--body", "justice", "--position", "head"],
                .official(try IIN("791231304552"), body: "justice", position: "head")
            ),
            (
                ["representative", "850315300019", "--bin", "150140000121", "--power", "apply", "--power", "pay"],
                .representative(try IIN("850315300019"), try BIN("150140000121"), powers: ["apply", "pay"])
            ),
            (["notary", "850315300019"], .notary(try IIN("850315300019"))),
            (["operator", "aigul"], .operator("aigul")),
            (["service", "e-license"], .service(.eLicense)),
        ]
        let keys = try KeySet.load(file: folder.jwksFile)
        for (words, caller) in lines {
            let result = await run(["token"] + words + ["--keys", folder.path])
            #expect(result.code == .success, "\(result.error)")
            let token = try #require(result.output.split(separator: "\n").first.map(String.init))
            for service in Catalogue.services.map(\.name.rawValue) {
                let claims = try Token.verify(token, keys: keys, audience: service, type: TokenClaims.type, as: TokenClaims.self)
                #expect(try claims.caller() == caller)
                #expect(claims.exp - claims.iat == 900)
            }
        }
        let narrow = await run(["token", "citizen", "850315300019", "--keys", folder.path, "--audience", "e-license", "--minutes", "1"])
        let token = try #require(narrow.output.split(separator: "\n").first.map(String.init))
        #expect(throws: TokenError.wrongAudience(expected: "natural-persons", found: ["e-license"])) {
            try Token.verify(token, keys: keys, audience: "natural-persons", as: TokenClaims.self)
        }
        #expect(await run(["token", "citizen", "850315300019", "--minutes", "16"]).code == .usage)
    }

    @Test func withoutDevelopmentKeysThereIsNoToken() async {
        let result = await run(["token", "citizen", "850315300019", "--keys", "/nowhere"])
        #expect(result.code == .failure)
        #expect(result.output.isEmpty)
        #expect(result.error.contains("egovctl token keys"))
    }
}
