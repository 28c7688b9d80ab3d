import Contracts

/// The demonstration's sentences in the languages of the state.
enum DemoTexts {
    static func applies(_ kind: Licences.Kind) -> LocalizedText {
        LocalizedText(
            kk: "Азамат лицензияға өтініш береді: \(kind.title.kk)", ru: "Гражданин подаёт заявление на лицензию: \(kind.title.ru)",
            en: "A citizen applies for a licence: \(kind.title.en)")
    }

    static func accepted(_ receipt: Licences.Receipt) -> LocalizedText {
        let (number, date) = (receipt.number.rawValue, receipt.deadline.date)
        return LocalizedText(
            kk: "\(number) өтініші қабылданды, шешім мерзімі — \(date). Мерзім былай есептелді:",
            ru: "Заявление \(number) принято, решение — не позднее \(date). Срок выведен так:",
            en: "Application \(number) is accepted, to be decided by \(date). The deadline follows thus:")
    }

    static let registerAnswers = LocalizedText(
        kk: "Е-лицензиялау Kafka арқылы жеке тұлғалар тізілімінен үзінді сұратады",
        ru: "Е-лицензирование через Kafka запрашивает выписку у регистра физических лиц",
        en: "e-License asks the register of natural persons for an extract, through Kafka")

    static let extract = LocalizedText(
        kk: "тізілімнің жауабы", ru: "ответ регистра", en: "the register's answer")

    static func answered(
        _ facts: Licences.Facts, _ extract: Persons.Extract, _ case: CaseID, _ language: Language
    ) -> LocalizedText {
        let name = extract.name?[language] ?? "–"
        let (asked, answered) = (facts.askedAt.brief, facts.answeredAt?.brief ?? "–")
        return LocalizedText(
            kk: "\(`case`) ісіне үзінді келіп түсті: \(name). Сұратылды — \(asked), жауап берілді — \(answered)",
            ru: "В дело \(`case`) поступила выписка: \(name). Запрошена \(asked), получена \(answered)",
            en: "The extract is in the file of \(`case`): \(name). Asked \(asked), answered \(answered)")
    }

    static func decides(_ licensor: Licences.Licensor) -> LocalizedText {
        LocalizedText(
            kk: "Лицензиардың лауазымды адамы шешім қабылдайды: \(licensor.title.kk)",
            ru: "Должностное лицо лицензиара решает: \(licensor.title.ru)",
            en: "An official of the licensor decides: \(licensor.title.en)")
    }

    static func issued(_ answer: Licences.StatusAnswer, _ licence: LicenceNumber) -> LocalizedText {
        LocalizedText(
            kk: "\(answer.status.text.kk): \(licence.rawValue)", ru: "\(answer.status.text.ru): \(licence.rawValue)",
            en: "\(answer.status.text.en): \(licence.rawValue)")
    }

    static let checks = LocalizedText(
        kk: "Лицензияны кез келген адам жүйеге кірмей-ақ тексереді", ru: "Кто угодно проверяет лицензию, не входя в систему",
        en: "Anyone checks the licence, without signing in")

    static func checked(_ licence: Licences.LicenceCheck, _ language: Language) -> LocalizedText {
        let holder = licence.holder?[language] ?? "–"
        return LocalizedText(
            kk: "\(licence.number.rawValue): \(licence.status.text.kk), \(licence.issuedOn) берілген, иесі — \(holder)",
            ru: "\(licence.number.rawValue): \(licence.status.text.ru), выдана \(licence.issuedOn), владелец — \(holder)",
            en: "\(licence.number.rawValue): \(licence.status.text.en), issued \(licence.issuedOn), held by \(holder)")
    }

    static func silence(_ kind: Licences.Kind) -> LocalizedText {
        LocalizedText(
            kk: "Екінші өтініш (\(kind.title.kk)) қаралмай қалады: лицензиар үнсіз",
            ru: "Второе заявление (\(kind.title.ru)) остаётся без решения: лицензиар молчит",
            en: "A second application (\(kind.title.en)) is left alone: the licensor is silent")
    }

    static func leftAlone(_ receipt: Licences.Receipt) -> LocalizedText {
        let (number, date) = (receipt.number.rawValue, receipt.deadline.date)
        return LocalizedText(
            kk: "\(number) өтініші бойынша \(date) дейін шешім қабылдануы тиіс, бірақ ешкім шешпейді",
            ru: "По заявлению \(number) надо решить до \(date), но никто не решает",
            en: "Application \(number) must be decided by \(date), and nobody decides")
    }

    static func moved(_ readings: [ServiceReading]) -> LocalizedText {
        let now = readings.map(\.reading.now).min()?.brief ?? "–"
        return LocalizedText(
            kk: "Әзірлеу сағаты барлық қызметте алға жылжытылды: \(now)", ru: "Часы разработки на всех сервисах переведены вперёд: \(now)",
            en: "The development clock of all services is moved on: \(now)")
    }

    static let tacit = LocalizedText(
        kk: "мерзім өткеннен кейін лицензияның берілген болып есептелуі", ru: "признание лицензии выданной по истечении срока",
        en: "the licence deemed issued after its deadline")

    static func deemedIssued(_ application: Licences.Application) -> LocalizedText {
        let number = application.licence?.rawValue ?? "–"
        return LocalizedText(
            kk: "Лицензия берілген болып есептеледі (26-бап): \(number). Негізі:",
            ru: "Лицензия считается выданной (ст. 26): \(number). Основание:",
            en: "The licence is deemed issued (art. 26): \(number). It follows thus:")
    }

    static func source(_ isAssumed: Bool, _ citation: String?) -> LocalizedText {
        guard isAssumed else {
            let citation = citation ?? "202-V, 26"
            return LocalizedText(
                kk: "Үнсіздік келісім болып саналатыны заңда белгіленген: \(citation)",
                ru: "То, что молчание даёт лицензию, установлено законом: \(citation)",
                en: "That silence grants this kind is law: \(citation)")
        }
        return LocalizedText(
            kk: "Назар аударыңыз: осы түр үшін үнсіздік келісім болатыны БОЛЖАМ ретінде алынған, дереккөзі табылмаған",
            ru: "Внимание: то, что молчание даёт лицензию этого вида, ПРЕДПОЛОЖЕНО, источника не найдено",
            en: "Note: that silence grants this kind is ASSUMED, no source for it was found")
    }

    static let history = LocalizedText(
        kk: "Азамат деректерін кім қарағанын сұрайды", ru: "Гражданин спрашивает, кто смотрел его данные",
        en: "The citizen asks who read their data")

    static func read(_ entry: AccessHistory.Entry) -> LocalizedText {
        let (reader, body) = (entry.service?.rawValue ?? entry.capacity.rawValue, entry.body?.rawValue ?? "–")
        let (file, basis) = (entry.case ?? "–", entry.basis ?? "–")
        let fields = entry.fields.joined(separator: ", ")
        return LocalizedText(
            kk: "\(entry.at.brief): \(reader), мемлекеттік орган — \(body), іс — \(file), негізі — \(basis), өрістер: \(fields)",
            ru: "\(entry.at.brief): \(reader), для органа \(body), по делу \(file), основание \(basis), поля: \(fields)",
            en: "\(entry.at.brief): \(reader) for \(body), case \(file), basis \(basis), fields: \(fields)")
    }
}
