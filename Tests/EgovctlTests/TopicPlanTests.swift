import Contracts
import Testing

@testable import Egovctl

@Suite struct TopicPlanTests {
    private let topic = Topic(.eLicense, "application", partitions: 4)

    private func present(partitions: Int = 4, replicas: Int = 1, _ changes: [String: String] = [:]) -> PresentTopic {
        var settings = topic.settings(brokers: replicas)
        // Brokers tell their defaults too.
        settings["segment.bytes"] = "1073741824"
        settings.merge(changes) { _, new in new }
        return PresentTopic(partitions: partitions, replicas: replicas, settings: settings)
    }

    @Test func whatIsMissingIsMade() { #expect(TopicPlan.steps(for: topic, present: nil, brokers: 1) == [.make]) }

    @Test func whatIsAsDeclaredStays() {
        #expect(TopicPlan.steps(for: topic, present: present(), brokers: 1).isEmpty)
        #expect(TopicPlan.steps(for: topic, present: present(replicas: 3), brokers: 3).isEmpty)
    }

    @Test func partitionsAreAddedAndNeverTakenAway() {
        #expect(TopicPlan.steps(for: topic, present: present(partitions: 2), brokers: 1) == [.addPartitions(from: 2, to: 4)])
        let steps = TopicPlan.steps(for: topic, present: present(partitions: 8), brokers: 1)
        #expect(steps.count == 1 && steps.allSatisfy { !$0.isChange })
    }

    @Test func settingsThatDriftedAreSetBack() {
        let steps = TopicPlan.steps(for: topic, present: present(["retention.ms": "1000", "flush.messages": "5"]), brokers: 1)
        #expect(steps == [.set("flush.messages", from: "5", to: "1"), .set("retention.ms", from: "1000", to: "-1")])
    }

    @Test func fewerCopiesThanDeclaredAreToldAndKeptSafe() {
        let steps = TopicPlan.steps(for: topic, present: present(replicas: 1), brokers: 3)
        #expect(steps.count == 1 && steps.allSatisfy { !$0.isChange })
        #expect(!steps.contains { if case .set("min.insync.replicas", _, _) = $0 { true } else { false } })
    }

    @Test func declaredTopicsHaveDifferentNames() {
        #expect(Set(Catalogue.topics.map { $0.name(prefix: "egov") }).count == Catalogue.topics.count)
    }
}
