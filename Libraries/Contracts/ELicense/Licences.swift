/// The words of e-License.
public enum Licences {
    static let applicationTopic = Topic(.eLicense, "application")

    /// The service's contract.
    public static let contract = ServiceContract(
        name: .eLicense,
        title: LocalizedText(
            kk: "«Е-лицензиялау» мемлекеттік деректер қоры", ru: "Государственная база данных «Е-лицензирование»",
            en: "e-License"),
        port: 8108,
        operations: [
            kinds.erased, submit.erased, withdraw.erased, decide.erased, own.erased, queue.erased, application.erased,
            check.erased, AccessHistory.operation(for: .eLicense).erased,
        ] + Operations.all(for: .eLicense) + DevelopmentClock.operations(for: .eLicense),
        publishes: [
            EventDeclaration(ApplicationSubmitted.self), EventDeclaration(ApplicationDecided.self),
            EventDeclaration(LicenceIssued.self), EventDeclaration(ApplicationWithdrawn.self),
        ],
        asks: [InquiryDeclaration(Persons.extract)],
        topics: [applicationTopic, .answers(to: .eLicense)])

    /// The fields of an application and its file that concern a person.
    static let personalFields = ["applicant", "contact", "facts", "decision"]
}

extension Licences {
    /// The licence kinds that there are today.
    public static let kinds = Operation<KindsQuery, Kinds>(
        .eLicense, "kinds.list", .get, "/v1/kinds", contours: [.g2c, .g2b, .g2g], callers: [.anyone],
        summary: LocalizedText(kk: "Лицензия түрлері", ru: "Виды лицензий", en: "Licence kinds"))

    /// A citizen applies for a licence.
    public static let submit = Operation<Submission, Receipt>(
        .eLicense, "applications.submit", .post, "/v1/applications", contours: [.g2c], callers: [.citizen],
        personalData: .caller(fields: ["applicant", "contact"]), basis: permitsLaw,
        summary: LocalizedText(kk: "Лицензия алуға өтініш беру", ru: "Подать заявление на лицензию", en: "Apply for a licence"))

    /// The applicant takes the application back while it is undecided.
    public static let withdraw = Operation<Withdrawal, StatusAnswer>(
        .eLicense, "applications.withdraw", .post, "/v1/applications/{number}/withdrawal", contours: [.g2c],
        callers: [.citizen], personalData: .caller(fields: ["applicant"]), basis: permitsLaw, successStatus: 200,
        summary: LocalizedText(kk: "Өтінішті кері қайтарып алу", ru: "Отозвать заявление", en: "Withdraw an application"))

    /// An official of the licensor issues the licence or refuses it with a ground of art. 32.
    public static let decide = Operation<Decision, StatusAnswer>(
        .eLicense, "applications.decide", .post, "/v1/applications/{number}/decision", contours: [.g2g],
        callers: [.official], personalData: .rows(fields: personalFields), basis: permitsLaw, successStatus: 200,
        summary: LocalizedText(kk: "Өтініш бойынша шешім қабылдау", ru: "Решить по заявлению", en: "Decide an application"))

    public static let own = Operation<PageRequest, Page<Summary>>(
        .eLicense, "applications.own", .get, "/v1/applications", contours: [.g2c], callers: [.citizen],
        personalData: .caller(fields: ["applicant"]), basis: .ownData,
        summary: LocalizedText(kk: "Менің өтініштерім", ru: "Мои заявления", en: "My applications"))

    /// Applications that wait for the caller's body, the nearest deadline first.
    public static let queue = Operation<PageRequest, Page<QueueItem>>(
        .eLicense, "applications.queue", .get, "/v1/applications/queue", contours: [.g2g], callers: [.official],
        personalData: .rows(fields: ["applicant"]), basis: permitsLaw,
        summary: LocalizedText(kk: "Қаралатын өтініштер", ru: "Заявления на рассмотрении", en: "Applications to decide"))

    /// One application with its file: the applicant's own, or one of the official's body.
    public static let application = Operation<ApplicationQuery, Application>(
        .eLicense, "applications.read", .get, "/v1/applications/{number}", contours: [.g2c, .g2g],
        callers: [.citizen, .official], personalData: .rows(fields: personalFields), basis: permitsLaw,
        summary: LocalizedText(kk: "Өтініш пен оның ісі", ru: "Заявление и его дело", en: "An application and its file"))

    /// Anyone sees by its number whether a licence is good. The holder's name is public, the holder's number is not.
    public static let check = Operation<LicenceQuery, LicenceCheck>(
        .eLicense, "licences.check", .get, "/v1/licences/{number}", contours: [.g2c, .g2b, .g2g], callers: [.anyone],
        personalData: .rows(fields: ["name"]), basis: permitsLaw,
        summary: LocalizedText(kk: "Лицензияны тексеру", ru: "Проверить лицензию", en: "Check a licence"))

    /// Law of 16.05.2014 on permits and notifications.
    static let permitsLaw: LegalBasis = "permits-law-2014"
}
