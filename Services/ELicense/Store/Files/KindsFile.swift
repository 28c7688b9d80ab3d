import Contracts

/// `kinds/<day>.json`: the catalogue of licence kinds in force from that day.
struct KindsFile: Decodable {
    enum Holder: String, Decodable {
        case person = "natural-person", entity = "legal-entity"
    }

    struct Licensor: Decodable {
        var code: BodyCode
        var name: LocalizedText
    }

    struct Fee: Decodable {
        /// Decimal, with at most three digits behind the point.
        var mci: JSONValue
        var provenance: Provenance
    }

    struct Fact<Value: Decodable>: Decodable {
        var value: Value
        var provenance: Provenance
    }

    struct Act: Decodable {
        var citation: Citation
        var provenance: Provenance
    }

    struct Origins: Decodable {
        var title: Provenance
        var licensor: Provenance
        var holders: Provenance
    }

    struct Kind: Decodable {
        var code: LicenceKindCode
        var title: LocalizedText
        var licensor: Licensor
        var series: String
        var holders: [Holder]
        var fee: Fee
        var decisionDays: Fact<Int>
        var tacitApproval: Fact<Bool>
        var act: Act
        var provenance: Origins
    }

    var effectiveFrom: LocalDate
    var kinds: [Kind]

    static func edition(_ file: DataFile) throws(DataFileError) -> CatalogueEdition {
        let read = try file.decoded(as: KindsFile.self)
        var kinds: [LicenceKind] = []
        for kind in read.kinds { kinds.append(try kind.value(in: file)) }
        guard !kinds.isEmpty, Set(kinds.map(\.code)).count == kinds.count, Set(kinds.map(\.series)).count == kinds.count else {
            throw file.wrong("there must be kinds, each with a code and a series of its own")
        }
        return CatalogueEdition(name: file.name, from: read.effectiveFrom, kinds: kinds)
    }
}

extension KindsFile.Kind {
    func value(in file: DataFile) throws(DataFileError) -> LicenceKind {
        guard let milli = MilliMCI.read(fee.mci) else { throw file.wrong("\(code): the fee is no number with at most three decimals") }
        guard decisionDays.value > 0 else { throw file.wrong("\(code): a decision takes a working day at least") }
        guard (try? LicenceNumber(series: series, serial: 0)) != nil else {
            throw file.wrong("\(code): the series is not three capital letters")
        }
        guard !holders.isEmpty else { throw file.wrong("\(code): nobody may hold it") }
        let origins: [(String, Provenance)] = [
            ("title", provenance.title), ("licensor", provenance.licensor), ("holder", provenance.holders), ("feeMilliMRP", fee.provenance),
            ("workingDays", decisionDays.provenance), ("silenceGrants", tacitApproval.provenance), ("source", act.provenance),
        ]
        return LicenceKind(
            code: code, title: title, licensor: Licences.Licensor(body: licensor.code, title: licensor.name),
            holder: Set(holders).count == 2 ? .any : holders == [.person] ? .person : .entity, feeMilliMRP: milli,
            workingDays: decisionDays.value, silenceGrants: tacitApproval.value, series: series,
            assumed: origins.filter { $0.1 == .assumed }.map(\.0), source: act.citation.text.en)
    }
}

/// How an act is cited, in three languages or in one form for all.
struct Citation: Decodable, Sendable, Hashable {
    var text: LocalizedText

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let one = try? container.decode(String.self) {
            text = LocalizedText(kk: one, ru: one, en: one)
        } else {
            text = try container.decode(LocalizedText.self)
        }
    }
}

/// A number of MCI in thousandths, exactly: `6` is 6000, `0.5` is 500.
enum MilliMCI {
    static func read(_ value: JSONValue) -> Int? {
        guard case .number(let text) = value, text.utf8.allSatisfy({ (0x30...0x39).contains($0) || $0 == 0x2E }) else { return nil }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, let whole = Int(parts[0]), whole <= 1_000_000 else { return nil }
        let fraction = parts.count == 2 ? parts[1] : "0"
        guard (1...3).contains(fraction.utf8.count), let digits = Int(fraction) else { return nil }
        let scale = [100, 10, 1][fraction.utf8.count - 1]
        return whole * 1000 + digits * scale
    }
}
