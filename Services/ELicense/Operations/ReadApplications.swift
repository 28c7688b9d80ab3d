import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

extension ELicense {
    func own(_ page: PageRequest, _ reading: Reading) throws -> Query<Page<Licences.Summary>> {
        guard let applicant = reading.caller.iin else { throw Problem(.forbidden, reading.language) }
        let before = try page.cursor.map { cursor throws(ContractError) in
            guard let id = UUID(text: cursor) else { throw .badCursor }
            return id
        }
        let size = page.size
        let catalogue = law.catalogue
        return ApplicationTable.own(of: applicant, before: before, limit: size + 1).map { found in
            Page(
                items: try found.prefix(size).map { try $0.summary(catalogue.kind($0.kind, edition: $0.rules.kinds)) },
                next: found.count > size ? found[size - 1].id.text : nil)
        }
    }

    func queue(_ page: PageRequest, _ reading: Reading) throws -> Query<Page<Licences.QueueItem>> {
        guard let body = reading.caller.body else { throw Problem(.forbidden, reading.language) }
        let place = try page.cursor.map { cursor throws(ContractError) in try QueuePlace(cursor: cursor) }
        let size = page.size
        let catalogue = law.catalogue
        // One row more than is shown would be journalled as shown, so a full page always names a next one.
        return ApplicationTable.queue(of: body, after: place, limit: size).map { found in
            Page(
                items: try found.map { try $0.queueItem(catalogue.kind($0.kind, edition: $0.rules.kinds), at: reading.now) },
                next: found.count == size ? found.last.map { QueuePlace($0).cursor } : nil)
        }
    }

    func application(_ query: Licences.ApplicationQuery, _ reading: Reading) throws -> Query<Licences.Application?> {
        let catalogue = law.catalogue
        return ApplicationTable.one(query.number, visibleTo: reading.caller).map { found in
            try found.map { try $0.view(catalogue.kind($0.kind, edition: $0.rules.kinds), at: reading.now) }
        }
    }
}
