import CommandLine
import Contracts
import Testing

@testable import Egovctl

@Suite struct ServiceProblemTests {
    private func failure(_ status: Int, _ body: String) -> CommandFailure {
        ServiceProblem(status, Array(body.utf8)).failure(of: .eLicense, at: "http://el")
    }

    private func failure(_ problem: Problem) throws -> CommandFailure {
        ServiceProblem(problem.status, try JSON.encode(problem)).failure(of: .eLicense, at: "http://el")
    }

    @Test func aRefusalTellsItsRuleItsCitationAndTheTrace() throws {
        var problem = Problem(
            Refusal(
                rule: "already-decided", text: LocalizedText(kk: "шешілген", ru: "решено", en: "it is decided"),
                citation: "Law 202-V, art. 30"), .en)
        problem.traceId = "4bf92f3577b34da6a3ce929d0e0e4736"
        let failure = try failure(problem)
        #expect(failure.exitCode == .refused)
        #expect(
            failure.message == "e-license: Refused by a rule: it is decided "
                + "(rule already-decided; Law 202-V, art. 30; trace 4bf92f3577b34da6a3ce929d0e0e4736)")
    }

    @Test(arguments: [
        (ProblemKind.unauthenticated, ExitCode.refused), (.forbidden, .refused), (.refused, .refused), (.notFound, .failure),
        (.malformed, .failure), (.invalidContent, .failure), (.unavailable, .unavailable), (.outcomeUnknown, .unavailable),
        (.tooManyRequests, .unavailable), (.fault, .failure),
    ])
    func exitCodesSayWhetherTryingAgainHelps(_ kind: ProblemKind, _ code: ExitCode) throws {
        #expect(try failure(Problem(kind, .en)).exitCode == code)
    }

    @Test func aRefusalKeepsItsCodeWhateverItsStatus() throws {
        let refusal = Refusal(rule: "kind-unknown", status: 422, text: LocalizedText(kk: "жоқ", ru: "нет", en: "no such kind"))
        #expect(try failure(Problem(refusal, .en)).exitCode == .refused)
    }

    @Test func fieldsThatAreWrongAreNamed() throws {
        var problem = Problem(.invalidContent, .en)
        problem.errors = [.init(pointer: "/kind", detail: "must look like “e-license”")]
        #expect(try failure(problem).message.contains("/kind: must look like"))
    }

    @Test func aFaultNamesTheTraceToLookFor() throws {
        var problem = Problem(.fault, .en)
        problem.traceId = "00ff"
        #expect(try failure(problem).advice == "look for trace_id 00ff in the log of e-license")
    }

    @Test func whatIsNoProblemDocumentIsToldAsItIs() {
        let proxy = failure(502, "<html>Bad gateway</html>")
        #expect(proxy.message == "e-license: HTTP status 502 without an explanation")
        #expect(proxy.exitCode == .unavailable)
        #expect(proxy.advice?.contains("--service e-license=URL") == true)
        #expect(failure(409, "").exitCode == .refused)
    }

    @Test func newMembersOfADocumentAreFine() {
        let document = #"{"type":"urn:egov:problem:forbidden","title":"No","status":403,"hint":"new"}"#
        #expect(failure(403, document).message == "e-license: No")
    }

    @Test func aServiceAsksForSecondsToWait() {
        #expect(ServiceClient.pause("2") == .seconds(2))
        #expect(ServiceClient.pause("3600") == nil)
        #expect(ServiceClient.pause("Wed, 21 Oct 2015 07:28:00 GMT") == nil)
        #expect(ServiceClient.pause(nil) == nil)
    }
}

@Suite struct UnreachableTests {
    @Test func aServiceThatIsAwayIsThreeAndSaysWhatToDo() async throws {
        let result = await run(["licence", "check", "KZ65LAA00000001", "--service", "e-license=http://127.0.0.1:1"])
        #expect(result.code == .unavailable)
        #expect(result.error.contains("e-license does not answer at http://127.0.0.1:1"))
        #expect(result.error.contains("--service e-license=URL"))
    }

    @Test func statusSaysAllThatAreAway() async throws {
        let temporary = try TemporaryFolder()
        _ = try KeyFolder(path: temporary.path).complete()
        let places = "natural-persons=http://127.0.0.1:1,e-license=http://127.0.0.1:1"
        let result = await run(["status", "--keys", temporary.path, "--json"], environment: ["EGOVCTL_SERVICES": places])
        #expect(result.code == .unavailable)
        #expect(try JSON.parse(Array(result.output.utf8)).array?.count == 2)
        #expect(result.error.contains("natural-persons does not answer") && result.error.contains("e-license does not answer"))
    }
}
