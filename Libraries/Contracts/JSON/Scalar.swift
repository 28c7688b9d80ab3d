import FoundationEssentials

/// One value that is to be read as a string, number or boolean.
struct Scalar {
    let value: JSONValue
    let spot: Spot
    let isText: Bool

    private var place: Place { spot.place }

    func error(_ fault: ValueError) -> ContractError { place.error(.badValue(rule: fault.rule, text: fault.text)) }

    private func wrong(_ expected: JSONKind) -> ContractError {
        if value == .null { return place.error(.missing) }
        if isText, case .array = value { return place.error(.wrongType(expected: expected, found: .several)) }
        return place.error(.wrongType(expected: expected, found: JSONKind(value)))
    }

    func string() throws(ContractError) -> String {
        guard case .string(let text) = value else { throw wrong(.string) }
        return text
    }

    func bool() throws(ContractError) -> Bool {
        switch value {
        case .bool(let flag): return flag
        case .string("true") where isText: return true
        case .string("false") where isText: return false
        default: throw wrong(.boolean)
        }
    }

    /// The digits of a number as they were written.
    private func digits(_ expected: JSONKind) throws(ContractError) -> String {
        switch value {
        case .number(let text): return text
        case .string(let text) where isText:
            guard case .number(let digits)? = try? JSON.parse(Array(text.utf8)) else { throw wrong(expected) }
            return digits
        default: throw wrong(expected)
        }
    }

    func integer<I: FixedWidthInteger>(_ type: I.Type) throws(ContractError) -> I {
        let text = try digits(.integer)
        if let number = I(text) { return number }
        if !text.utf8.allSatisfy({ (0x30...0x39).contains($0) || $0 == UInt8(ascii: "-") }) {
            // To JSON Schema 1.0 and 1e3 are integers like others.
            guard let whole = (try? decimal()).map({ "\($0)" }), !whole.contains(".") else { throw wrong(.integer) }
            if let number = I(whole) { return number }
        }
        throw place.error(.outOfRange(least: String(I.min), greatest: String(I.max)))
    }

    func real<F: BinaryFloatingPoint & LosslessStringConvertible>(_ type: F.Type) throws(ContractError) -> F {
        guard let number = F(try digits(.number)), number.isFinite else { throw error(.notFinite) }
        return number
    }

    /// A decimal number, refused rather than rounded when it has more digits than the type keeps.
    func decimal() throws(ContractError) -> Decimal {
        let text = try digits(.number)
        let mantissa = text.prefix { $0 != "e" && $0 != "E" }
        guard mantissa.utf8.count(where: { (0x30...0x39).contains($0) }) <= 38,
            let number = Decimal(string: text), number.isFinite
        else { throw error(.decimal) }
        return number
    }
}
