/// The words of the register of natural persons.
public enum Persons {
    static let personTopic = Topic(.naturalPersons, "person")

    /// The register's contract.
    public static let contract = ServiceContract(
        name: .naturalPersons,
        title: LocalizedText(
            kk: "«Жеке тұлғалар» мемлекеттік деректер қоры", ru: "Государственная база данных «Физические лица»",
            en: "Register of natural persons"),
        port: 8101,
        operations: [record.erased, correct.erased, own.erased, read.erased, AccessHistory.operation(for: .naturalPersons).erased]
            + Operations.all(for: .naturalPersons) + DevelopmentClock.operations(for: .naturalPersons),
        publishes: [EventDeclaration(PersonRecorded.self), EventDeclaration(PersonCorrected.self)],
        inquiries: [InquiryDeclaration(extract)],
        topics: [personTopic, .inquiries(to: .naturalPersons)])
}

extension Persons {
    /// An official of the registering body records a person.
    public static let record = Operation<NewPerson, Record>(
        .naturalPersons, "persons.record", .post, "/v1/persons", contours: [.g2g], callers: [.official],
        personalData: .subject(fields: PersonField.names, of: { $0.iin }), basis: "id-numbers-law-2007",
        summary: LocalizedText(kk: "Жеке тұлғаны тіркеу", ru: "Внести физическое лицо", en: "Record a person"))

    /// An official of the registering body corrects a record, with a reason; `If-Match` guards against a lost change.
    public static let correct = Operation<Correction, Record>(
        .naturalPersons, "persons.correct", .put, "/v1/persons/{iin}", contours: [.g2g], callers: [.official],
        personalData: .subject(fields: PersonField.names, of: { $0.iin }), basis: "id-numbers-law-2007", needsVersion: true,
        summary: LocalizedText(kk: "Жазбаны түзету", ru: "Исправить запись", en: "Correct a record"))

    /// A citizen reads their own record.
    public static let own = Operation<Empty, Record>(
        .naturalPersons, "persons.own", .get, "/v1/persons/me", contours: [.g2c], callers: [.citizen],
        personalData: .caller(fields: PersonField.names), basis: .ownData,
        summary: LocalizedText(kk: "Менің жазбам", ru: "Моя запись", en: "My own record"))

    /// An official reads a record for a case, on a legal basis.
    public static let read = Operation<PersonQuery, Record>(
        .naturalPersons, "persons.read", .get, "/v1/persons/{iin}", contours: [.g2g], callers: [.official],
        personalData: .subject(fields: PersonField.names, of: { $0.iin }), purpose: { Purpose(case: $0.case, basis: $0.basis) },
        summary: LocalizedText(kk: "Жеке тұлғаның жазбасы", ru: "Запись физического лица", en: "A person's record"))

    /// The extract that a service may ask for during a case: only fields that the basis allows.
    public static let extract = Inquiry<ExtractRequest, Extract>(
        .naturalPersons, "person-extract",
        summary: LocalizedText(
            kk: "Жеке тұлға туралы үзінді", ru: "Выписка о физическом лице", en: "Extract about a person"),
        subject: { $0.iin })
}
