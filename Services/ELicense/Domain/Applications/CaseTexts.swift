import Contracts

/// What the history of a case says.
enum CaseTexts {
    static let registered = LocalizedText(
        kk: "Өтініш тіркелді, жеке тұлғалар тіркеліміне сұрау салынды",
        ru: "Заявление зарегистрировано, направлен запрос в регистр физических лиц",
        en: "Registered; the register of natural persons is asked")

    static let factsArrived = LocalizedText(
        kk: "Жеке тұлғалар тіркелімінің үзіндісі келді", ru: "Поступила выписка из регистра физических лиц",
        en: "The extract from the register of natural persons has arrived")

    static let factsRefused = LocalizedText(
        kk: "Жеке тұлғалар тіркелімі үзінді беруден бас тартты", ru: "Регистр физических лиц отказал в выписке",
        en: "The register of natural persons refused an extract")

    static let applicantDeceased = LocalizedText(
        kk: "Тіркелім бойынша өтініш беруші қайтыс болған",
        ru: "По данным регистра заявитель умер", en: "By the register the applicant has died")

    static let licenceEnded = LocalizedText(
        kk: "Тіркелім бойынша лицензия иесі қайтыс болған: лицензия тоқтатылды, 35-бап",
        ru: "По данным регистра владелец лицензии умер: лицензия прекращена, статья 35",
        en: "By the register the licence's holder has died: the licence has ended, art. 35")

    static let overdue = LocalizedText(
        kk: "Мерзім шешімсіз өтті; шешімді лицензиар қабылдауға тиіс", ru: "Срок прошёл без решения; решение остаётся за лицензиаром",
        en: "The deadline passed without a decision; the licensor still has to decide")

    static let overdueDeceased = LocalizedText(
        kk: "Мерзім шешімсіз өтті, өтініш беруші қайтыс болған: лицензия берілген болып есептелмейді, шешімді лицензиар қабылдауға тиіс "
            + "(35-бап бойынша болжам: үнсіздік қайтыс болған адамға лицензия бермейді)",
        ru: "Срок прошёл без решения, заявитель умер: лицензия не считается выданной, решение остаётся за лицензиаром "
            + "(допущение по статье 35: молчание не даёт лицензии умершему)",
        en: "The deadline passed without a decision and the applicant has died: no licence is deemed issued, the licensor still has to decide "
            + "(assumed from art. 35: silence does not grant to the deceased)")

    static func deemedIssued(_ application: Application) -> LocalizedText {
        let last = application.deadline.date
        let days = application.rules.workingDays
        let assumed = application.rules.isSilenceAssumed
        return LocalizedText(
            kk: "Мерзімнің соңғы күні \(last) (\(days) жұмыс күні) шешімсіз өтті: лицензия берілген болып есептеледі, 26-бап"
                + (assumed ? ". Үнсіздіктің келісім болып саналуы каталогта болжам ретінде белгіленген" : ""),
            ru: "Последний день срока \(last) (рабочих дней: \(days)) прошёл без решения: лицензия считается выданной, статья 26"
                + (assumed ? ". То, что молчание означает согласие, отмечено в каталоге как допущение" : ""),
            en: "The last day of the deadline, \(last) (working days: \(days)), passed without a decision: the licence is deemed issued, art. 26"
                + (assumed ? ". That silence grants is marked as assumed in the catalogue" : ""))
    }
}
