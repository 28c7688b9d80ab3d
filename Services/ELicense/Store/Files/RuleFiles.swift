import Contracts

/// `deadlines/<day>.json`: deadlines of the law on permits in force from that day.
struct DeadlinesFile: Decodable {
    struct Limit: Decodable {
        var value: Int
        var unit: String
    }

    struct Deadline: Decodable {
        var code: String
        var limit: Limit
        var citation: Citation
        /// Where the article is known from; none: it is still to be checked, and so assumed.
        var citationProvenance: Provenance?
    }

    var effectiveFrom: LocalDate
    var deadlines: [Deadline]

    static func edition(_ file: DataFile) throws(DataFileError) -> DeadlineEdition {
        let read = try file.decoded(as: DeadlinesFile.self)
        func days(_ code: String) throws(DataFileError) -> Deadline {
            guard let found = read.deadlines.first(where: { $0.code == code }), found.limit.unit == "working-days",
                found.limit.value > 0
            else { throw file.wrong("the deadline \"\(code)\" in working days is not there") }
            return found
        }
        let completeness = try days("completeness")
        let longest = max(try days("issue").limit.value, try days("issue-extended").limit.value)
        return DeadlineEdition(
            name: file.name, from: read.effectiveFrom, completenessDays: completeness.limit.value,
            completenessCitation: completeness.citation.text.en,
            isCompletenessCitationAssumed: (completeness.citationProvenance ?? .assumed) == .assumed, longestDecision: longest)
    }
}

/// `tariffs/mci.json`: the monthly calculation index.
struct TariffFile: Decodable {
    struct Value: Decodable {
        var from: LocalDate
        /// Tenge, such as `1982.00`.
        var amount: String
        var provenance: Provenance
    }

    var values: [Value]

    static func index(_ file: DataFile) throws(DataFileError) -> CalculationIndex {
        var entries: [CalculationIndex.Entry] = []
        for value in try file.decoded(as: TariffFile.self).values {
            guard let amount = try? Money(value.amount), amount > .zero else { throw file.wrong("\(value.amount) is no amount") }
            entries.append(.init(from: value.from, amount: amount, isAssumed: value.provenance == .assumed))
        }
        return CalculationIndex(entries)
    }
}

/// `numbers/<day>.json`: the letters of numbers that are not of a kind.
struct NumbersFile: Decodable {
    struct Series: Decodable {
        var series: String
        var provenance: Provenance
    }

    var application: Series

    static func applicationSeries(_ file: DataFile) throws(DataFileError) -> String {
        let series = try file.decoded(as: NumbersFile.self).application.series
        guard (try? LicenceNumber(series: series, serial: 0)) != nil else { throw file.wrong("the series is not three capital letters") }
        return series
    }
}
