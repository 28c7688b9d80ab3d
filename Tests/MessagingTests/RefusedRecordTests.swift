import Contracts
import EventLoop
import Kafka
@testable import Messaging
import Postgres
import TestSupport
import Testing

/// A word about an item, as long as wanted.
struct ItemDescribed: Event {
    var item: String
    var text: String
    static let type = "kz.egov.workshop.item-described.v1"
    static let topic = ItemMoved.topic
    static let summary = "An item was described."
    var key: String { item }
}

@Suite("Records that Kafka refuses", .enabled(if: Servers.areThere), .serialized) struct RefusedRecordTests {
    @Test func `later rows of a refused one's key wait behind it, other keys go on`() async throws {
        try await Workshop.run { shop in
            let work = Write(caller: .service("workshop"), now: .now, place: shop.workPlace(shop.database))
            for event in moves(items: 3, steps: 1...2) { try work.emit(event) }
            try work.emit(ItemDescribed(item: "item-0", text: String(repeating: "9", count: 5000)))
            for event in moves(items: 3, steps: 3...4) { try work.emit(event) }
            try await shop.run(work.collected)
            var narrow = shop.place.kafka
            narrow.properties["message.max.bytes"] = "2000"
            // Portions of four: the refused row and those behind it stand in different ones.
            let first = Relay(database: shop.pool("first"), kafka: narrow, prefix: shop.place.prefix, batchSize: 4)
            first.start()
            try await eventually("all that may go has gone") { try await shop.count("outbox") == 3 }
            try await shop.emit([ItemMoved(item: "item-0", step: 5), ItemMoved(item: "item-1", step: 5)])
            try await eventually("others go on") { try await shop.count("outbox WHERE aggregateid <> 'item-0'") == 0 }
            #expect(try await shop.count("outbox WHERE aggregateid = 'item-0'") == 4)
            await first.stop()
            #expect(try await shop.published().count == 11)
            let second = Relay(database: shop.pool("second"), kafka: shop.place.kafka, prefix: shop.place.prefix)
            second.start()
            try await eventually("all goes when it fits") { try await shop.count("outbox") == 0 }
            await second.stop()
            let records = try await shop.published()
            let ofRefused = records.filter { $0.key == Array("item-0".utf8) }.map { $0.header("ce_type") == Array(ItemDescribed.type.utf8) }
            #expect(ofRefused == [false, false, true, false, false, false])
            #expect(try records.filter { $0.header("ce_type") == Array(ItemMoved.type.utf8) }.firstSteps() == ["item-0": Array(1...5), "item-1": Array(1...5), "item-2": Array(1...4)])
        }
    }
}
