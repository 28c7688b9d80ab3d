import Contracts

/// How the derivation of a deadline reads.
enum DeadlineTexts {
    static func received(_ period: LocalTime.Period) -> LocalizedText {
        let text = LocalizedText(
            kk: "Өтініш түскен күн (Астана уақыты, UTC+\(period.offset)); бұл күн мерзімге кірмейді",
            ru: "День поступления заявления (время Астаны, UTC+\(period.offset)); в срок он не входит",
            en: "The day the application came in (Astana time, UTC+\(period.offset)); it is not counted")
        return assumed(text, (period.isAssumed ? [Assumption.localTime] : []) + [Assumption.dayOfReceipt])
    }

    static func completeness(_ edition: DeadlineEdition, _ count: WorkingCalendar.Count) -> LocalizedText {
        let days = edition.completenessDays
        let text = LocalizedText(
            kk: "Құжаттардың толықтығын тексерудің соңғы күні: \(days) жұмыс күні",
            ru: "Последний день проверки полноты документов: \(days) рабочих дня",
            en: "Last day of the check whether the file is complete: \(days) working days")
        return assumed(text, (edition.isCompletenessCitationAssumed ? [Assumption.article] : []) + Assumption.calendar(count))
    }

    static func rest(_ name: LocalizedText, isAssumed: Bool) -> LocalizedText {
        let text = LocalizedText(
            kk: "Демалыс күні, есептелмейді: \(name.kk)", ru: "Нерабочий день, не считается: \(name.ru)",
            en: "A day of rest, not counted: \(name.en)")
        return assumed(text, isAssumed ? [Assumption.day] : [])
    }

    static func worked(isAssumed: Bool) -> LocalizedText {
        let text = LocalizedText(
            kk: "Демалыс күнінің орнына жұмыс күні, есептеледі", ru: "Рабочий день вместо выходного, считается",
            en: "A day of the weekend that is worked, counted")
        return assumed(text, isAssumed ? [Assumption.day] : [])
    }

    static func last(days: Int, _ count: WorkingCalendar.Count) -> LocalizedText {
        let text = LocalizedText(
            kk: "Шешім қабылдаудың соңғы күні: өтініш түскеннен кейінгі жұмыс күндерінің саны — \(days)",
            ru: "Последний день для решения: рабочих дней после поступления — \(days)",
            en: "Last day for the decision: working days after the application came in: \(days)")
        return assumed(text, [Assumption.fromReceipt] + Assumption.calendar(count))
    }

    static func silenceGrants(isAssumed: Bool) -> LocalizedText {
        let text = LocalizedText(
            kk: "Осы күнге дейін шешім болмаса, лицензия берілген болып есептеледі",
            ru: "Если до начала этого дня решения нет, лицензия считается выданной",
            en: "Where there is no decision before this day begins, the licence is deemed issued")
        return assumed(text, isAssumed ? [Assumption.silence] : [])
    }

    static func silenceDoesNotGrant(isAssumed: Bool) -> LocalizedText {
        let text = LocalizedText(
            kk: "Лицензияның бұл түрі бойынша мерзімнің өтуі лицензия бермейді",
            ru: "По этому виду истечение срока лицензии не даёт",
            en: "For this kind the passing of the deadline gives no licence")
        return assumed(text, isAssumed ? [Assumption.silence] : [])
    }

    /// No source establishes part of what the text says, and the reader is told which.
    private static func assumed(_ text: LocalizedText, _ what: [LocalizedText]) -> LocalizedText {
        guard !what.isEmpty else { return text }
        func list(_ language: Language) -> String { what.map { $0[language] }.joined(separator: "; ") }
        return LocalizedText(
            kk: text.kk + " (болжам: \(list(.kk)))", ru: text.ru + " (допущение: \(list(.ru)))", en: text.en + " (assumed: \(list(.en)))")
    }
}
