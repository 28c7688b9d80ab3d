/// A person's name in both writings of the registers.
public struct PersonName: Codable, Sendable, Hashable {
    /// The name in one language's writing. Not everybody has a patronymic.
    public struct Writing: Codable, Sendable, Hashable {
        public var surname: NamePart
        public var given: NamePart
        public var patronymic: NamePart?

        public init(surname: NamePart, given: NamePart, patronymic: NamePart? = nil) {
            self.surname = surname
            self.given = given
            self.patronymic = patronymic
        }

        public init(surname: String, given: String, patronymic: String? = nil) throws(IdentifierError) {
            self.surname = try NamePart(surname)
            self.given = try NamePart(given)
            if let patronymic { self.patronymic = try NamePart(patronymic) }
        }

        /// Surname first, as documents have it.
        public var full: String {
            [surname, given].map(\.rawValue).joined(separator: " ") + (patronymic.map { " " + $0.rawValue } ?? "")
        }
    }

    public var kk: Writing
    public var ru: Writing

    public init(kk: Writing, ru: Writing) {
        self.kk = kk
        self.ru = ru
    }

    /// The whole name for readers of a language; English readers get the Russian writing, since none other is recorded.
    public subscript(language: Language) -> String { language == .kk ? kk.full : ru.full }
}
