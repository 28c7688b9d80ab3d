/// Why a text is not acceptable JSON, and where.
public struct JSONError: Error, Sendable, Hashable, CustomStringConvertible {
    public enum Kind: Sendable, Hashable {
        case tooLarge(limit: Int)
        case tooDeep(limit: Int)
        case tooManyValues(limit: Int)
        case numberTooLong(limit: Int)
        case invalidUTF8
        case nulCharacter
        case duplicateKey(String)
        case endedEarly
        /// Something stands where this was expected.
        case expected(Expected)
        case loneSurrogate
        case trailingContent
    }

    /// What the grammar wants at a place.
    public enum Expected: Sendable, Hashable, CaseIterable {
        case value, key, colon, commaOrBracket, commaOrBrace, digit, escapedControl, escape, hexDigits
    }

    public let kind: Kind
    /// Bytes before the place of the error.
    public let offset: Int
    /// Counted from 1.
    public let line: Int
    /// Bytes of the line up to and with the place; counted from 1.
    public let column: Int

    public var description: String { "line \(line), column \(column): \(text.en)" }

    /// What is wrong, for whoever sent it.
    public var text: LocalizedText {
        switch kind {
        case .tooLarge(let limit):
            LocalizedText(
                kk: "мәтін \(limit) байттан аспауға тиіс", ru: "текст не должен превышать \(limit) байт",
                en: "the text must not be longer than \(limit) bytes")
        case .tooDeep(let limit):
            LocalizedText(
                kk: "кірістіру тереңдігі \(limit) деңгейден аспауға тиіс", ru: "глубина вложенности не должна превышать \(limit)",
                en: "arrays and objects may be nested \(limit) deep at most")
        case .tooManyValues(let limit):
            LocalizedText(
                kk: "мәндер тым көп, рұқсат етілгені — \(limit)", ru: "значений должно быть не более \(limit)",
                en: "there may be \(limit) values at most")
        case .numberTooLong(let limit):
            LocalizedText(
                kk: "сан \(limit) таңбадан аспауға тиіс", ru: "число не должно быть длиннее \(limit) знаков",
                en: "a number may have \(limit) characters at most")
        case .invalidUTF8:
            LocalizedText(kk: "мәтін UTF-8 кодтауында емес", ru: "текст не в кодировке UTF-8", en: "the text is not UTF-8")
        case .nulCharacter:
            LocalizedText(
                kk: "U+0000 таңбасына жол берілмейді", ru: "символ U+0000 не допускается", en: "the character U+0000 is not allowed")
        case .duplicateKey(let key):
            LocalizedText(
                kk: "«\(key)» кілті екі рет берілген", ru: "ключ «\(key)» указан дважды", en: "the key “\(key)” is given twice")
        case .endedEarly:
            LocalizedText(kk: "мәтін аяқталмай үзілген", ru: "текст оборван", en: "the text ends too early")
        case .expected(let what):
            LocalizedText(kk: "күтілгені — \(what.text.kk)", ru: "ожидалось: \(what.text.ru)", en: "expected \(what.text.en)")
        case .loneSurrogate:
            LocalizedText(
                kk: "\\u тізбегі толық таңбаны бермейді", ru: "последовательность \\u не образует символа",
                en: "a \\u escape is only half of a character")
        case .trailingContent:
            LocalizedText(
                kk: "JSON мәнінен кейін артық мәтін бар", ru: "после значения JSON есть лишний текст",
                en: "something follows the JSON value")
        }
    }
}

extension JSONError.Expected {
    /// What people call it.
    var text: LocalizedText {
        switch self {
        case .value: LocalizedText(kk: "JSON мәні", ru: "значение JSON", en: "a JSON value")
        case .key: LocalizedText(kk: "тырнақшадағы кілт", ru: "ключ в кавычках", en: "a key in quotes")
        case .colon: same("“:”")
        case .commaOrBracket: LocalizedText(kk: "«,» немесе «]»", ru: "«,» или «]»", en: "“,” or “]”")
        case .commaOrBrace: LocalizedText(kk: "«,» немесе «}»", ru: "«,» или «}»", en: "“,” or “}”")
        case .digit: LocalizedText(kk: "цифр", ru: "цифра", en: "a digit")
        case .escapedControl:
            LocalizedText(
                kk: "\\u арқылы жазылған басқару таңбасы", ru: "управляющий символ, записанный через \\u",
                en: "a control character written as an escape")
        case .escape:
            LocalizedText(
                kk: "«\\» таңбасынан кейін мыналардың бірі: \"\\/bfnrtu", ru: "после «\\» один из символов \"\\/bfnrtu",
                en: "one of \"\\/bfnrtu after “\\”")
        case .hexDigits:
            LocalizedText(kk: "он алтылық төрт цифр", ru: "четыре шестнадцатеричные цифры", en: "four hexadecimal digits")
        }
    }

    private func same(_ text: String) -> LocalizedText { LocalizedText(kk: text, ru: text, en: text) }
}
