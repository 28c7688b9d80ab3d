import Contracts

/// Every refusal of e-License, by the name of its rule.
extension Refusal {
    static func catalogueDate(_ day: LocalDate) -> Refusal {
        Refusal(
            rule: "catalogue-date", status: 422,
            text: LocalizedText(
                kk: "\(day) күні қолданыста болған лицензия түрлерінің каталогы жоқ",
                ru: "Каталога видов лицензий, действующего на \(day), нет",
                en: "There is no catalogue of licence kinds in force on \(day)"))
    }

    static func kindUnknown(_ kind: LicenceKindCode, on day: LocalDate) -> Refusal {
        Refusal(
            rule: "kind-unknown", status: 422,
            text: LocalizedText(
                kk: "\(day) күні «\(kind)» деген лицензия түрі жоқ", ru: "Вида лицензии «\(kind)» на \(day) нет",
                en: "There is no licence kind \"\(kind)\" on \(day)"))
    }

    static func holderKind(_ kind: LicenceKind) -> Refusal {
        Refusal(
            rule: "holder-kind", status: 422,
            text: LocalizedText(
                kk: "Лицензияның бұл түрі заңды тұлғаларға ғана беріледі", ru: "Лицензия этого вида выдаётся только юридическим лицам",
                en: "A licence of this kind is given to legal entities only"),
            citation: kind.source)
    }

    static let licensorOnly = Refusal(
        rule: "licensor-only", status: 403,
        text: LocalizedText(
            kk: "Өтініш бойынша шешімді тек лицензиар қабылдайды", ru: "Решение по заявлению принимает только лицензиар",
            en: "Only the licensor decides the application"))

    static func alreadyDecided(_ status: ApplicationStatus) -> Refusal {
        Refusal(
            rule: "already-decided",
            text: LocalizedText(
                kk: "Өтініш бойынша іс аяқталған: \(status.text.kk)", ru: "Дело по заявлению окончено: \(status.text.ru)",
                en: "The application is closed: \(status.text.en)"))
    }

    static let silenceHasGranted = Refusal(
        rule: "silence-has-granted",
        text: LocalizedText(
            kk: "Мерзім шешімсіз өтті, лицензия берілген болып есептеледі", ru: "Срок прошёл без решения, лицензия считается выданной",
            en: "The deadline passed without a decision, the licence is deemed issued"),
        citation: PermitsLaw.article(26))

    static let unpaid = Refusal(
        rule: "awaiting-payment",
        text: LocalizedText(
            kk: "Өтініш лицензиялық алым төленгеннен кейін қаралады", ru: "Заявление рассматривается после уплаты лицензионного сбора",
            en: "The application is considered once the licence fee is paid"))

    static let factsMissing = Refusal(
        rule: "facts-missing",
        text: LocalizedText(
            kk: "Жеке тұлғалар тіркелімінің жауабы әлі келген жоқ: лицензия беруге болмайды, бас тартуға болады "
                + "(болжам: үзіндісіз лицензия берілмейді)",
            ru: "Ответ регистра физических лиц ещё не поступил: выдать лицензию нельзя, отказать можно "
                + "(допущение: без выписки лицензия не выдаётся)",
            en: "The register of natural persons has not answered yet: the licence cannot be issued, it can be refused "
                + "(assumed: no licence without the extract)"))

    static let factsRefused = Refusal(
        rule: "facts-refused",
        text: LocalizedText(
            kk: "Жеке тұлғалар тіркелімі үзінді бермеді: лицензия беруге болмайды, тек бас тартуға болады "
                + "(болжам: үзіндісіз лицензия берілмейді)",
            ru: "Регистр физических лиц не дал выписки: выдать лицензию нельзя, можно только отказать "
                + "(допущение: без выписки лицензия не выдаётся)",
            en: "The register of natural persons gave no extract: the licence cannot be issued, only refused "
                + "(assumed: no licence without the extract)"))

    static let applicantDeceased = Refusal(
        rule: "applicant-deceased",
        text: LocalizedText(
            kk: "Өтініш беруші қайтыс болған: лицензия иесінің қайтыс болуымен тоқтатылады "
                + "(болжам: сондықтан қайтыс болған адамға берілмейді)",
            ru: "Заявитель умер: лицензия прекращается со смертью владельца (допущение: поэтому умершему не выдаётся)",
            en: "The applicant has died: a licence ends with its holder's death (assumed: so none is issued to the dead)"),
        citation: PermitsLaw.article(35))

    static let groundNeeded = Refusal(
        rule: "refusal-ground", status: 422,
        text: LocalizedText(
            kk: "Бас тарту үшін 32-баптағы негіз бен оның дәлелі көрсетілуге тиіс",
            ru: "Для отказа нужны основание статьи 32 и его обоснование", en: "A refusal needs a ground of article 32 and its reasoning"),
        citation: RefusalGround.citation)

    static let groundWithIssue = Refusal(
        rule: "ground-with-issue", status: 422,
        text: LocalizedText(
            kk: "Лицензия берілгенде бас тарту негізі көрсетілмейді", ru: "При выдаче лицензии основание отказа не указывается",
            en: "Issuing a licence takes no ground of refusal"),
        citation: RefusalGround.citation)
}
