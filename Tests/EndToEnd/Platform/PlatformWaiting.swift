import Contracts
import EventLoop
import Postgres
import TestSupport

extension Platform {
    /// Until the register's answer is in the case file.
    func untilFacts(_ number: LicenceNumber, _ citizen: Caller) async throws {
        try await eventually("the register has answered for \(number)") {
            try await self.application(number, as: citizen).facts?.answeredAt != nil
        }
    }

    /// Until no service has anything left to publish.
    func untilPublished() async throws {
        try await eventually("the outboxes are empty") {
            for database in self.databases.values where try await database.count("outbox") > 0 { return false }
            return true
        }
    }
}
