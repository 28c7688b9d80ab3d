import CommandLine
import Contracts

/// Makes persons who do not exist, with numbers that could: each number once, the same persons for the same seed.
struct PersonGenerator {
    private let names: Names
    private let settlements: [KATOCode]
    private var randomness: Randomness
    private let citizenship: CountryCode
    /// Next serial by day of birth and sex, so that no number comes twice.
    private var serials: [UInt16]
    private var personas: ArraySlice<Persons.NewPerson>
    private let taken: Set<IIN>

    /// - Parameter personas: whom to begin with.
    init(names: Names, settlements: [KATOCode], seed: UInt64, personas: [Persons.NewPerson] = []) throws {
        self.names = names
        self.settlements = settlements
        randomness = Randomness(seed: seed)
        citizenship = try CountryCode("KZ")
        serials = Array(repeating: 0, count: Self.days * 2)
        self.personas = personas[...]
        taken = Set(personas.map(\.iin))
    }

    /// Born from 1936 to 2010.
    private static let firstDay = LocalDate(year: 1936, month: 1, day: 1)
    private static let days = 75 * 365 + 19

    /// The next person.
    mutating func next() throws -> Persons.NewPerson {
        if let persona = personas.popFirst() { return persona }
        let sex: Sex = randomness.percent(51) ? .female : .male
        let (iin, birthDate) = try number(sex)
        let origin = names.origins[randomness.percent(names.origins[0].share) ? 0 : 1]
        let name = name(origin.names, sex)
        return Persons.NewPerson(
            iin: iin, name: name, sex: sex, birthDate: birthDate, citizenship: citizenship, address: try address(origin.isKazakh))
    }

    private mutating func number(_ sex: Sex) throws -> (IIN, LocalDate) {
        // A day is full after some nine thousand births; then another is taken.
        for _ in 0..<1000 {
            let day = randomness.below(Self.days)
            guard let birthDate = Self.firstDay?.adding(days: day) else { break }
            let place = day * 2 + (sex == .male ? 0 : 1)
            while serials[place] < 9999 {
                serials[place] += 1
                if let iin = IIN(birthDate: birthDate, sex: sex, serial: Int(serials[place])), !taken.contains(iin) { return (iin, birthDate) }
            }
        }
        throw CommandFailure("there are no more numbers to give out", advice: "generate fewer persons at once")
    }

    private mutating func name(_ origin: Names.Origin, _ sex: Sex) -> PersonName {
        let forms = origin[sex]
        let surname = randomness.one(of: forms.surnames)
        let given = randomness.one(of: forms.given)
        // Not everybody has a patronymic.
        let patronymic = forms.patronymics.isEmpty || randomness.percent(4) ? nil : randomness.one(of: forms.patronymics)
        return PersonName(
            kk: .init(surname: surname.kk, given: given.kk, patronymic: patronymic?.kk),
            ru: .init(surname: surname.ru, given: given.ru, patronymic: patronymic?.ru))
    }

    private mutating func address(_ isKazakh: Bool) throws -> Address {
        let street = randomness.one(of: names.streets)
        let house = randomness.below(180) + 1
        let flat = randomness.percent(40) ? nil : randomness.below(120) + 1
        let text =
            isKazakh
            ? "\(street.kk), \(house) үй" + (flat.map { ", \($0) пәтер" } ?? "")
            : "\(street.ru), д. \(house)" + (flat.map { ", кв. \($0)" } ?? "")
        return Address(kato: randomness.one(of: settlements), text: try ShortText(text))
    }
}
