import Contracts

/// What the register says no with, in the words for whoever asked.
enum Refusals {
    static let personExists = Refusal(
        rule: "person-exists",
        text: LocalizedText(
            kk: "Осы ЖСН бойынша жазба тізілімде бар", ru: "Запись с этим ИИН уже есть в регистре",
            en: "The register has a record with this IIN already"))

    static let personUnknown = Refusal(
        rule: "person-unknown", status: 404,
        text: LocalizedText(
            kk: "Тізілімде мұндай ЖСН жоқ", ru: "В регистре нет такого ИИН", en: "The register has no such IIN"))

    static let birthDateInFuture = Refusal(
        rule: "birth-date-in-future", status: 422,
        text: LocalizedText(
            kk: "Туған күні әлі келмеген", ru: "Дата рождения ещё не наступила", en: "The date of birth is still to come"))

    static let nothingCorrected = Refusal(
        rule: "nothing-corrected", status: 422,
        text: LocalizedText(
            kk: "Түзету жазбада ешнәрсені өзгертпейді", ru: "Исправление ничего не меняет в записи",
            en: "The correction changes nothing in the record"))

    static let fieldsMissing = Refusal(
        rule: "fields-missing", status: 422,
        text: LocalizedText(
            kk: "Қандай өрістер қажет екені көрсетілмеген", ru: "Не указано, какие поля нужны", en: "It is not said which fields are needed"))

    static let fieldUnknown = Refusal(
        rule: "field-unknown", status: 422,
        text: LocalizedText(
            kk: "Сұратылған өрістердің бірі тізілімде жоқ; бар өрістер: \(PersonField.names.joined(separator: ", "))",
            ru: "Одного из запрошенных полей в регистре нет; есть поля: \(PersonField.names.joined(separator: ", "))",
            en: "One of the fields asked for does not exist; there are: \(PersonField.names.joined(separator: ", "))"))

    static let basisUnknown = Refusal(
        rule: "basis-unknown", status: 403,
        text: LocalizedText(
            kk: "Тізілім мұндай құқықтық негізді білмейді", ru: "Регистр не знает такого правового основания",
            en: "The register does not know such a legal basis"))

    static func basisOfRegisteringBodies(_ basis: Bases.Basis) -> Refusal {
        Refusal(
            rule: "basis-of-registering-bodies", status: 403,
            text: LocalizedText(
                kk: "«\(basis.title.kk)» негізіне тек тіркеуші органдар сүйене алады",
                ru: "На основание «\(basis.title.ru)» могут ссылаться только регистрирующие органы",
                en: "Only registering bodies may quote the basis “\(basis.title.en)”"),
            citation: basis.citation)
    }

    static func basisNotForAsker(_ basis: Bases.Basis, _ asker: ServiceName) -> Refusal {
        Refusal(
            rule: "basis-not-for-asker", status: 403,
            text: LocalizedText(
                kk: "«\(asker)» сервисі «\(basis.title.kk)» негізіне сүйеніп сұрау сала алмайды",
                ru: "Сервис «\(asker)» не может запрашивать на основании «\(basis.title.ru)»",
                en: "The service “\(asker)” may not ask on the basis “\(basis.title.en)”"),
            citation: basis.citation)
    }

    static func caseOfAnotherService(_ asker: ServiceName) -> Refusal {
        Refusal(
            rule: "case-of-another-service", status: 403,
            text: LocalizedText(
                kk: "Көрсетілген іс «\(asker)» сервисінің ісі емес", ru: "Указанное дело не принадлежит сервису «\(asker)»",
                en: "The case named is not one of the service “\(asker)”"))
    }

    static func basisDoesNotAllow(_ basis: Bases.Basis, _ closed: Set<PersonField>) -> Refusal {
        let names = closed.map(\.rawValue).sorted().joined(separator: ", ")
        return Refusal(
            rule: "basis-does-not-allow", status: 403,
            text: LocalizedText(
                kk: "«\(basis.title.kk)» негізі мына өрістерді ашпайды: \(names)",
                ru: "Основание «\(basis.title.ru)» не открывает поля: \(names)",
                en: "The basis “\(basis.title.en)” does not open these fields: \(names)"),
            citation: basis.citation)
    }

    static func katoUnknown(_ code: KATOCode) -> Refusal {
        Refusal(
            rule: "kato-unknown", status: 422,
            text: LocalizedText(
                kk: "ӘАОЖ-да \(code) коды жоқ", ru: "В классификаторе КАТО нет кода \(code)",
                en: "The classifier KATO has no code \(code)"))
    }

    static func katoRegionNotLoaded(_ code: KATOCode) -> Refusal {
        Refusal(
            rule: "kato-region-not-loaded", status: 422,
            text: LocalizedText(
                kk: "\(code.region) өңірінің ӘАОЖ коды жүктелмеген, сондықтан \(code) кодын тексеру мүмкін емес",
                ru: "Классификатор КАТО региона \(code.region) не загружен, поэтому код \(code) нельзя проверить",
                en: "KATO of region \(code.region) is not loaded, so the code \(code) cannot be checked; load it by `import kato`"))
    }
}
