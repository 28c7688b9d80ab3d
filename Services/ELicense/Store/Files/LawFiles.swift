import Contracts

extension LawData {
    /// Reads all dated data and checks them against one another.
    ///
    /// - Throws: ``DataFileError`` that names the file and what is wrong with it.
    init(_ files: [DataFile]) throws(DataFileError) {
        func all(_ folder: ReferenceFolder) throws(DataFileError) -> [DataFile] {
            let found = files.filter { $0.folder == folder }.sorted { $0.name < $1.name }
            guard !found.isEmpty else { throw DataFileError(file: "\(folder.rawValue)/", reason: "there is no file") }
            return found
        }
        func last(_ folder: ReferenceFolder, named name: String? = nil) throws(DataFileError) -> DataFile {
            guard let file = try all(folder).last(where: { name == nil || $0.name == name }) else {
                throw DataFileError(file: "\(folder.rawValue)/\(name ?? "").json", reason: "it is not there")
            }
            return file
        }
        var editions: [CatalogueEdition] = []
        for file in try all(.kinds) { editions.append(try KindsFile.edition(file)) }
        var deadlines: [DeadlineEdition] = []
        for file in try all(.deadlines) { deadlines.append(try DeadlinesFile.edition(file)) }
        deadlines.sort { $0.from < $1.from }
        var years: [WorkingCalendar.Year] = []
        for file in try all(.calendar) { years.append(try CalendarFile.year(file)) }
        let numbers = try last(.numbers)
        self.init(
            catalogue: Catalogue(editions: editions, index: try TariffFile.index(try last(.tariffs, named: "mci"))),
            calendar: WorkingCalendar(years), localTime: try LocalTimeFile.localTime(try last(.localTime)),
            deadlineEditions: deadlines, applicationSeries: try NumbersFile.applicationSeries(numbers))
        for edition in editions {
            let longest = deadlines.last { $0.from <= edition.from }?.longestDecision
            for kind in edition.kinds {
                if let longest, kind.workingDays > longest {
                    throw DataFileError(
                        file: "kinds/\(edition.name).json", reason: "\(kind.code): no decision may take more than \(longest) working days")
                }
                if kind.series == applicationSeries { throw numbers.wrong("\(applicationSeries) is the series of \(kind.code) already") }
            }
        }
    }
}
