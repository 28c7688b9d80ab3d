/// The problems that every service may answer with, each with its stable type, status and title.
public enum ProblemKind: String, Sendable, Hashable, CaseIterable {
    case malformed, unauthenticated, forbidden, notFound = "not-found", methodNotAllowed = "method-not-allowed"
    case notAcceptable = "not-acceptable", timeout, conflict, refused, preconditionFailed = "precondition-failed"
    case tooLarge = "too-large", unsupportedMediaType = "unsupported-media-type", invalidContent = "invalid-content"
    case keyReused = "idempotency-key-reused", keyMissing = "idempotency-key-missing"
    case preconditionRequired = "precondition-required", tooManyRequests = "too-many-requests"
    case headersTooLarge = "headers-too-large", fault, unavailable, outcomeUnknown = "outcome-unknown"

    /// The stable `type` of RFC 9457.
    public var type: String { "urn:egov:problem:\(rawValue)" }

    public var status: Int {
        switch self {
        case .malformed, .keyMissing: 400
        case .unauthenticated: 401
        case .forbidden: 403
        case .notFound: 404
        case .methodNotAllowed: 405
        case .notAcceptable: 406
        case .timeout: 408
        case .conflict, .refused: 409
        case .preconditionFailed: 412
        case .tooLarge: 413
        case .unsupportedMediaType: 415
        case .invalidContent, .keyReused: 422
        case .preconditionRequired: 428
        case .tooManyRequests: 429
        case .headersTooLarge: 431
        case .fault: 500
        case .unavailable, .outcomeUnknown: 503
        }
    }

    public var title: LocalizedText {
        switch self {
        case .malformed: text("Сұрау салу дұрыс құрылмаған", "Запрос составлен неверно", "The request is malformed")
        case .unauthenticated: text("Жүйеге кіру қажет", "Необходимо войти в систему", "Signing in is needed")
        case .forbidden: text("Бұл әрекетке құқығыңыз жоқ", "Нет права на это действие", "You have no right to do this")
        case .notFound: text("Табылмады", "Не найдено", "Not found")
        case .methodNotAllowed: text("Бұл әдіске жол берілмейді", "Метод не допускается", "The method is not allowed here")
        case .notAcceptable: text("Мұндай пішімде жауап жоқ", "Ответа в таком формате нет", "There is no answer in such a format")
        case .timeout: text("Сұрау салу уақытында аяқталмады", "Запрос не завершён вовремя", "The request took too long")
        case .conflict: text("Деректердің ағымдағы күйіне қайшы", "Противоречит текущему состоянию данных", "In conflict with the present state")
        case .refused: text("Қағида бойынша бас тартылды", "Отказано по правилу", "Refused by a rule")
        case .preconditionFailed: text("Жазба бұл арада өзгертілген", "Запись тем временем изменена", "The record has changed meanwhile")
        case .tooLarge: text("Сұрау салу тым үлкен", "Запрос слишком велик", "The request is too large")
        case .unsupportedMediaType: text("Мазмұн түріне қолдау көрсетілмейді", "Тип содержимого не поддерживается", "The content type is not supported")
        case .invalidContent: text("Деректер талаптарға сай емес", "Данные не соответствуют требованиям", "The data do not meet the requirements")
        case .keyReused: text("Idempotency-Key басқа сұрау салу үшін пайдаланылған", "Idempotency-Key уже использован для другого запроса", "The Idempotency-Key was used for another request")
        case .keyMissing: text("Idempotency-Key тақырыбы қажет", "Нужен заголовок Idempotency-Key", "An Idempotency-Key header is needed")
        case .preconditionRequired: text("If-Match тақырыбы қажет", "Нужен заголовок If-Match", "An If-Match header is needed")
        case .tooManyRequests: text("Сұрау салулар тым көп", "Слишком много запросов", "Too many requests")
        case .headersTooLarge: text("Сұрау салу тақырыптары тым үлкен", "Заголовки запроса слишком велики", "The request headers are too large")
        case .fault: text("Біздің тарапымыздан қате болды", "Ошибка на нашей стороне", "A fault on our side")
        case .unavailable: text("Қызмет уақытша қолжетімсіз", "Сервис временно недоступен", "The service is unavailable for now")
        case .outcomeUnknown: text("Нәтижесі белгісіз, сұрау салуды сол кілтпен қайталаңыз", "Исход неизвестен, повторите запрос с тем же ключом", "The outcome is unknown, please repeat with the same key")
        }
    }

    private func text(_ kk: String, _ ru: String, _ en: String) -> LocalizedText { LocalizedText(kk: kk, ru: ru, en: en) }
}
