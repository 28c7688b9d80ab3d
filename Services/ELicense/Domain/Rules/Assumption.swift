import Contracts

/// What no source establishes of a deadline, in the words that stand behind the step that rests on it.
enum Assumption {
    static let localTime = LocalizedText(kk: "уақыт айырмасы", ru: "разница во времени", en: "the difference in time")

    static let dayOfReceipt = LocalizedText(
        kk: "өтініш түскен күннің есептелмейтіні", ru: "то, что день поступления не считается", en: "that the day of receipt is not counted")

    static let fromReceipt = LocalizedText(
        kk: "мерзімнің өтініш түскен күннен басталатыны", ru: "то, что срок идёт с поступления", en: "that the term runs from receipt")

    static let article = LocalizedText(kk: "бап нөмірі", ru: "номер статьи", en: "the number of the article")

    static let day = LocalizedText(kk: "бұл күн", ru: "этот день", en: "this day")

    static let silence = LocalizedText(kk: "үнсіздіктің салдары", ru: "последствие молчания", en: "what silence means")

    /// What a number of working days rests on.
    static func calendar(_ count: WorkingCalendar.Count) -> [LocalizedText] {
        var found: [LocalizedText] = []
        if count.areDaysAssumed {
            found.append(LocalizedText(
                kk: "күнтізбенің болжамды күндері", ru: "предположительные дни календаря", en: "assumed days of the calendar"))
        }
        if count.areTransfersAssumed {
            found.append(LocalizedText(
                kk: "күнтізбеде жоқ жұмыс күндері ауыстырылмағаны", ru: "то, что переносов дней, которых нет в календаре, не было",
                en: "that no days were moved which the calendar does not have"))
        }
        return found
    }
}
