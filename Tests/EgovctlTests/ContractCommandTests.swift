import CommandLine
import Contracts
import Testing

@testable import Egovctl

@Suite struct ContractCommandTests {
    @Test func documentsAreJSON() async throws {
        for words in [["openapi", "e-license"], ["asyncapi"], ["asyncapi", "natural-persons"], ["list", "--json"]] {
            let result = await run(["contracts"] + words)
            #expect(result.code == .success)
            _ = try JSON.parse(Array(result.output.utf8))
        }
    }

    @Test func theWholePlatformHasTheTopicsOfAllServices() async throws {
        let document = try JSON.parse(Array(await run(["contracts", "asyncapi", "--prefix", "test"]).output.utf8))
        let addresses = (document["channels"]?.object?.members ?? []).compactMap { $0.value["address"]?.string }
        #expect(Set(addresses) == Set(Catalogue.topics.map { $0.name(prefix: "test") }))
    }

    @Test func aSchemaIsFoundByPartOfItsName() async throws {
        let exact = await run(["contracts", "schema", "kz.egov.e-license.licence-issued.v1"])
        #expect(exact.code == .success)
        #expect(exact.output == (await run(["contracts", "schema", "licence-issued"])).output)
        #expect(try JSON.parse(Array(exact.output.utf8))["$schema"] == "https://json-schema.org/draft/2020-12/schema")
        // The same in every service, so there is nothing to choose.
        #expect(await run(["contracts", "schema", "status.read.output"]).code == .success)
    }

    @Test func aNameThatFitsSeveralIsToldWhich() async {
        let result = await run(["contracts", "schema", "applications.submit"])
        #expect(result.code == .failure)
        #expect(result.error.contains("applications.submit.input, applications.submit.output"))
        #expect(await run(["contracts", "schema", "nothing-like-it"]).error.contains("egovctl contracts list"))
    }

    @Test func mergingKeepsBothSides() {
        let merged = ContractCommands.merged(["a": ["x": 1], "b": 2], ["a": ["y": 3], "b": 4])
        #expect(merged == ["a": ["x": 1, "y": 3], "b": 4])
    }
}
