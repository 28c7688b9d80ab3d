import Contracts
import EventLoop
import Postgres
import TestSupport
import Testing

extension EndToEnd {
    @Suite("Poison that ends the process", .enabled(if: Servers.isRealKafka, "DevBroker makes no topic of one partition")) struct CrashTests {
        @Test(arguments: ["step-taken", "step-decided"])
        func `it is parked after some crashes, its key waits behind it, other keys go on`(_ type: String) async throws {
            try await FragilePlace.run { place in
                try await place.publish([.init("a", 1, .effect)], type: type)
                try await eventually("the first took effect") { try await place.effects() == ["a": [1]] }
                // In the midst of a batch, behind and before others, and one more of its kind without a key.
                var orders = (2...40).map { FragileOrder("a", $0, .effect) }
                orders.insert(contentsOf: [.init("bad", 1, .effect), .init("bad", 2, .crash), .init("bad", 3, .effect)], at: 10)
                orders.insert(.init(nil, 1, .crash), at: 30)
                try await place.publish(orders, type: type)
                try await eventually("the last took effect") { try await place.effects()["a"]?.last == 40 }
                let parked = try await place.parked()
                #expect(parked.map(\.key) == ["bad", "bad", nil])
                #expect(parked.filter { $0.error.contains("the service ended 3 times") }.count == 2)
                #expect(parked[1].error.contains("waits behind"))
                #expect(try await place.effects() == ["a": Array(1...40), "bad": [1]])
                // Three of each, and of the first those two that did not yet tell which message it is.
                #expect((7...8).contains(place.ends), "\(place.ends) ends")

                // It lives on, and later messages of the key wait as well.
                let ends = place.ends
                try await place.everyoneIsReady()
                try await place.publish([.init("bad", 4, .effect), .init("a", 41, .effect)], type: type)
                try await eventually("later ones too") { try await place.effects()["a"]?.last == 41 }
                try await eventually("the key's own is parked") { try await place.parked().count == 4 }
                #expect(place.ends == ends && place.isEveryoneRunning)
                #expect(try await place.database.count("begun_handling") == 2)
            }
        }

        @Test func `two instances end on it in turn until one parks it`() async throws {
            try await FragilePlace.run(instances: 2, settings: ["HANDLER_CRASHES": "2"]) { place in
                try await place.publish([.init("a", 1, .effect), .init("bad", 1, .crash), .init("a", 2, .effect)])
                try await eventually("it is parked") { try await place.parked().count == 1 }
                try await eventually("others have gone on") { try await place.effects() == ["a": [1, 2]] }
                #expect(try await place.parked()[0].error.contains("the service ended 2 times"))
                #expect(place.ends <= 4, "\(place.ends) ends")
            }
        }

        @Test func `a timer that ends the process is parked too, and others fire once`() async throws {
            try await FragilePlace.run { place in
                try await place.publish([.init("a", 1, .schedule), .init("bad", 1, .scheduleCrash), .init("b", 1, .schedule)])
                try await eventually("it is parked") { try await place.parked().count == 1 }
                #expect(try await place.parked()[0].error.contains("the service ended 3 times"))
                try await eventually("the others have fired") { try await place.effects() == ["a": [1], "b": [1]] }
                try await place.publish([.init("c", 1, .schedule)])
                try await eventually("later ones too") { try await place.effects()["c"] == [1] }
                #expect((3...4).contains(place.ends), "\(place.ends) ends")
            }
        }
    }
}
