extension [String] {
    /// As PostgreSQL reads an array from text (its manual, 8.15.6): for an array that is itself one element for a row,
    /// `unnest(\(each: fields.arrayText))::text[]`.
    public var arrayText: String {
        var text = "{"
        for (index, element) in enumerated() {
            text += index == 0 ? "\"" : ",\""
            if element.utf8.contains(where: { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") }) {
                for character in element.unicodeScalars {
                    if character == "\"" || character == "\\" { text += "\\" }
                    text.unicodeScalars.append(character)
                }
            } else {
                text += element
            }
            text += "\""
        }
        return text + "}"
    }
}
