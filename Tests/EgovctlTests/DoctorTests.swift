import CommandLine
import Contracts
import Kafka
import Testing

@testable import Egovctl

/// One thing is broken at a time; exactly that is found.
@Suite struct DoctorTests {
    private func found(_ survey: Survey) -> [String] { Checks.findings(survey).map(\.check) }
    private func found(_ change: (inout StatusReport) -> Void) -> [String] { found(Sample.survey(change)) }
    private func onBrokers(_ change: (inout BrokersView) -> Void) -> [String] { found(Sample.survey(brokers: change)) }

    @Test func nothingWrongIsSilence() {
        #expect(found { _ in } == [])
        #expect(Checks.findings(Sample.survey()).failure == nil)
    }

    @Test func everyFindingSaysWhyAndWhatNext() {
        var survey = Sample.survey {
            $0.parked = 2
            $0.broker = false
            $0.outbox.oldestSeconds = 4000
        } brokers: {
            $0.topics = [:]
        }
        survey.services[0].report = nil
        survey.services[0].failure = CommandFailure("natural-persons does not answer", exitCode: .unavailable)
        let findings = Checks.findings(survey)
        #expect(findings.count >= 5 && findings.first?.kind == .unreachable && findings.failure?.exitCode == .unavailable)
        for finding in findings {
            #expect(!finding.why.isEmpty && !finding.next.isEmpty)
            #expect(finding.lines.count == 3)
            #expect(finding.tree["next"]?.string == finding.next)
        }
    }

    // MARK: Reach

    @Test func aServiceThatIsAwayIsThree() {
        var survey = Sample.survey()
        survey.services[1].report = nil
        survey.services[1].failure = CommandFailure("e-license does not answer at http://el", exitCode: .unavailable)
        #expect(found(survey) == ["service-unreachable"])
        #expect(Checks.findings(survey).failure?.exitCode == .unavailable)
        survey.services[1].isAlive = true
        #expect(found(survey) == ["service-not-ready"])
        survey.services[1].isAlive = false
        survey.services[1].failure = CommandFailure("e-license: No right", exitCode: .refused)
        #expect(Checks.findings(survey).failure?.exitCode == .failure)
    }

    @Test func partsThatAreAway() {
        #expect(found { $0.database = false } == ["database-away"])
        #expect(found { $0.broker = false } == ["broker-away"])
        var survey = Sample.survey()
        survey.brokers = .away("Kafka does not answer at 127.0.0.1:1")
        #expect(found(survey) == ["kafka-unreachable"])
        #expect(Checks.findings(survey).failure?.exitCode == .unavailable)
        survey.brokers = .notAsked
        #expect(found(survey) == [])
    }

    @Test func migrations() {
        #expect(found { $0.details?.pending = [.init(set: "messaging", number: 2, name: "published")] } == ["migrations-missing"])
        #expect(found { $0.details?.unknown = [.init(set: "e-license", number: 9, name: "later")] } == ["migrations-unknown"])
    }

    // MARK: Clocks and keys

    @Test func clocks() {
        #expect(found { $0.details?.databaseNow = Sample.now + .seconds(3) } == ["clock-skew"])
        #expect(found { $0.details?.databaseNow = Sample.now - .seconds(1) } == [])
        var survey = Sample.survey()
        survey.services[0].skew = (.seconds(-5), .milliseconds(1))
        survey.services[1].skew = (.seconds(-5), .milliseconds(1))
        #expect(found(survey) == ["clock-skew", "clock-skew"])
        survey.services[1].skew = (.seconds(-5), .seconds(6))
        #expect(found(survey) == ["clock-skew"], "what may be the way there is no skew")
        survey.services[0].skew = (.seconds(-1), .milliseconds(1))
        survey.services[1].skew = (.milliseconds(1500), .milliseconds(1))
        #expect(Checks.findings(survey).map(\.what) == ["its clock is 2 s ahead of that of natural-persons"])
    }

    @Test func keys() {
        #expect(found { $0.details?.keys.trusted.removeAll { $0.kid == "e-license-s" } } == ["key-not-published"])
        #expect(found { $0.details?.keys.signing = "another" } == ["key-differs", "key-not-published"])
        #expect(found { $0.details?.keys.trusted.removeAll { $0.owner == "natural-persons" } } == ["key-differs"])
        #expect(found { $0.details?.keys.trusted.removeAll { $0.owner == "sign-in" } } == ["key-sign-in-missing"])
        #expect(found { $0.details?.keys.trusted.insert(.init(kid: "x", owner: "nobody", use: "sig"), at: 0) } == ["key-owner-unknown"])
        let soon = Sample.now + .seconds(29 * 86_400)
        let expiring = Checks.findings(Sample.survey { $0.details?.keys.trusted[0].expires = soon })
        #expect(expiring.map(\.check) == ["key-expires"] && expiring[0].what.contains("expires on"))
        #expect(found { $0.details?.keys.trusted[0].expires = soon + .seconds(2 * 86_400) } == [])
        #expect(Checks.findings(Sample.survey { $0.details?.keys.trusted[0].expires = Sample.now }).contains { $0.what.contains("has expired") })
    }

    // MARK: Work that stands still

    @Test func relays() {
        #expect(found { $0.outbox.oldestSeconds = 61 } == ["outbox-old"])
        #expect(found { $0.outbox.oldestSeconds = 59 } == [])
        func still(_ change: @escaping (inout StatusReport) -> Void) -> [Finding] {
            Checks.findings(Sample.survey {
                $0.outbox.oldestSeconds = 6
                change(&$0)
            })
        }
        #expect(still { $0.relay = .waiting }.map(\.check) == ["relay-stands-still"])
        #expect(still { $0.relay = .standingBy }.isEmpty, "another publishes")
        #expect(still { $0.relay = .standingBy; $0.details?.relayHolder = nil }.map(\.check) == ["relay-stands-still"])
        #expect(still { $0.relay = .waiting; $0.outbox.depth = 0 }.isEmpty)
        let hanging = still { $0.relay = .standingBy; $0.outbox.oldestSeconds = 90 }
        #expect(hanging.map(\.next).first?.contains("pg_terminate_backend(7)") == true)
    }

    @Test func parkedAndTimersAndLaw() {
        let parked = Checks.findings(Sample.survey { $0.parked = 2; $0.details?.parkedKeys = 1; $0.details?.parkedSince = Sample.now - .seconds(600) })
        #expect(parked.map(\.what) == ["messages are parked: 2, of keys: 1, the oldest for 10 min"])
        #expect(parked.first?.next == "egovctl messages list --service e-license")
        #expect(found { $0.details?.timerDueSince = Sample.now - .seconds(61) } == ["timers-late"])
        var survey = Sample.survey { $0.details?.timerDueSince = Sample.now - .seconds(61) }
        survey.services[1].before?.details?.timerDueSince = Sample.now - .seconds(99)
        #expect(found(survey) == [], "the oldest has fired in between")
        let today = LocalDate(Sample.now, offset: 5)
        #expect(found { $0.details?.lawData = [.init(name: "calendar", until: today.adding(days: 60)), .init(name: "other", until: nil)] } == ["law-data-ends"])
        #expect(found { $0.details?.lawData = [.init(name: "calendar", until: today.adding(days: 61))] } == [])
        let ends = [-1, 0].map { days in
            Checks.findings(Sample.survey { $0.details?.lawData = [.init(name: "calendar", until: today.adding(days: days))] }).map(\.kind)
        }
        #expect(ends == [[.attention], [.soon]])
        let ahead = Checks.findings(Sample.survey {
            $0.details?.lawNow = Sample.now + .seconds(40 * 86_400)
            $0.details?.lawData = [.init(name: "calendar", until: today.adding(days: 30))]
        })
        #expect(ahead.map(\.kind) == [.soon])
        #expect(ahead.first?.what.hasPrefix("its calendar ended on ") == true)
    }

    // MARK: Brokers

    @Test func topics() {
        let name = "egov.e-license.application.v1"
        #expect(onBrokers { $0.topics[name] = nil } == ["topic-missing"])
        #expect(onBrokers { $0.topics[name]?.settings["retention.ms"] = "1000" } == ["topic-differs"])
        #expect(onBrokers { $0.topics[name]?.partitions = 2 } == ["topic-differs"])
        #expect(onBrokers { $0.topics[name]?.leaderless = [1] } == ["topic-offline"])
        #expect(onBrokers { $0.topics[name]?.behind = [1] } == ["topic-copies-behind"])
        #expect(onBrokers { $0.count = nil; $0.topics[name]?.settings = [:] } == [], "a broker that tells no settings")
        let survey = Sample.survey { $0.details?.published = [.init(timeline: 1, topic: name, partition: 0, first: 0, last: 9)] } brokers: {
            $0.marks = [TopicPartition(name, 0): Watermarks(low: 0, high: 9)]
        }
        #expect(found(survey) == ["messages-lost"])
    }

    @Test func groups() {
        func group(_ now: PartitionLag, before: PartitionLag, members: Int = 1, age: Int64 = 300) -> [String] {
            onBrokers({
                $0.groups = [GroupView(
                    name: "egov.e-license", members: members, lag: [now], lagBefore: [before],
                    oldest: [now.partition.topic: Sample.now - .seconds(age)])]
            })
        }
        #expect(group(Sample.lag(5, 9), before: Sample.lag(5, 8)) == ["consumer-behind"])
        #expect(group(Sample.lag(5, 9), before: Sample.lag(5, 9), age: 3) == [], "it has just come")
        #expect(group(Sample.lag(5, 9), before: Sample.lag(2, 9)) == [], "it catches up")
        #expect(group(Sample.lag(5, 9), before: Sample.lag(2, 9), members: 0) == ["consumer-behind"], "nobody reads")
        #expect(group(Sample.lag(9, 9), before: Sample.lag(9, 9), members: 0) == [])
        #expect(group(Sample.lag(5, 99, low: 50), before: Sample.lag(5, 99, low: 50), age: 3) == ["offset-out-of-range"])
    }

    @Test func whatTheTopicsKnowBeyondARestore() throws {
        let topic = "egov.e-license.application.v1"
        let timeline = StatusReport.Timeline(id: 2, metAt: Sample.now, restoredTo: Sample.now - .seconds(60))
        var view = RestoredView(service: .eLicense, timeline: timeline)
        view.forgotten = (0..<7).map { .init(topic: topic, partition: 0, offset: Int64($0), id: "\($0)", type: "kz.x.v1", key: "case-\($0)") }
        view.undelivered = [.init(topic: "egov.e-license.answer.v1", count: 3, since: Sample.now - .seconds(50))]
        let findings = Checks.findings(Sample.survey(brokers: { $0.restored = [view] }))
        #expect(findings.map(\.check) == ["restored-forgotten", "restored-undelivered"])
        #expect(findings[0].what.contains("7 messages") && findings[0].what.contains("and 2 more"))
        #expect(findings[0].items.count == 7 && findings[0].tree["items"]?.array?.count == 7)
        #expect(findings[1].next.contains("topics rewind --service e-license --to \(Sample.now - .seconds(50))"))
    }
}

@Suite struct SpanTests {
    @Test func spansAreShownInOneUnit() {
        #expect([119, 120, 7200, 172_800].map { Duration.seconds($0).shown } == ["119 s", "2 min", "2 h", "2 days"])
    }
}
