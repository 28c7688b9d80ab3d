import CLibrdkafka
import EventLoop
@testable import Kafka
import TestSupport
import Testing

@Suite(.serialized) struct AdminTests {
    /// Over a producer's handle the library would end the process here.
    @Test func `a coordinator that moves, or has just started, is asked again for a group's offsets`() async throws {
        try await withMock { mock in
            mock.createTopic("things", partitions: 1)
            let partition = TopicPartition("things", 0)
            try await mock.commit("readers", [partition: 7])
            let admin = try Admin(mock.options("admin"))
            for error in [
                RD_KAFKA_RESP_ERR_NOT_COORDINATOR, RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS,
            ] {
                mock.answer(Api.offsetFetch, with: [error, error])
                #expect(try await admin.committedOffsets("readers", [partition]) == [partition: 7])
            }
            await admin.close()
        }
    }
}
