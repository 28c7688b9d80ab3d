import Contracts
import EventLoop
import FoundationEssentials
import Telemetry

/// How one service asks a register during a case, and how the register answers: both signed, both sealed to the reader.
enum Inquiries {
    static let questionToken = "inquiry+jwt"
    static let answerToken = "answer+jwt"

    /// A question may wait this long for a register that is away; it is asked again long before.
    private static let validity: Int64 = 30 * 86_400

    /// Puts the question into the outbox and the reminder to ask again into the timers.
    @Loop static func ask(_ question: Question, in work: Work, attempt: Int = 1) throws {
        let place = work.place
        let signedAt = Timestamp.now.seconds
        let claims = InquiryClaims(
            id: question.id, asker: place.service, register: question.register, issuedAt: signedAt, expiresAt: signedAt + validity,
            case: question.caseID, basis: question.basis, body: question.body, fields: question.fields, name: question.name,
            request: try JSON.parse(question.request))
        try work.emit(
            CloudEvent(
                id: .v7(), source: place.service, type: question.type, time: .now, subject: question.caseID,
                contentType: "application/jose", traceparent: TraceContext.current?.traceparent, key: Array(question.caseID.utf8),
                data: try place.keys.signedAndSealed(claims, type: questionToken, to: question.register)),
            to: .inquiries(to: question.register), key: question.caseID)
        // 10 minutes, then twice as long each time, a day at most.
        let pause = Duration.seconds(min(600 << min(attempt - 1, 10), 86_400))
        try work.schedule(AskAgain(inquiry: question.id), at: work.now + pause)
    }

    /// Puts the answer to `claims` into the outbox.
    @Loop static func answer(_ claims: InquiryClaims, type: String, with answer: some Encodable, in work: Work) throws {
        let place = work.place
        let signedAt = Timestamp.now.seconds
        let signed = AnswerClaims(
            inquiry: claims.id, register: place.service, asker: claims.asker, issuedAt: signedAt, expiresAt: signedAt + validity,
            case: claims.case, name: claims.name, answer: answer)
        try work.emit(
            CloudEvent(
                id: .v7(), source: place.service, type: type, time: .now, subject: claims.case, contentType: "application/jose",
                traceparent: TraceContext.current?.traceparent, key: Array(claims.case.utf8),
                data: try place.keys.signedAndSealed(signed, type: answerToken, to: claims.asker)),
            to: .answers(to: claims.asker), key: claims.case)
    }
}

/// What a register signs when it answers; its reader takes the answer as a tree first.
struct AnswerClaims<Answer> {
    var inquiry: UUID
    var register: ServiceName
    var asker: ServiceName
    var issuedAt: Int64
    var expiresAt: Int64
    var `case`: String
    var name: String
    var answer: Answer

    private enum CodingKeys: String, CodingKey {
        case inquiry, register = "iss", asker = "aud", issuedAt = "iat", expiresAt = "exp", `case`, name, answer
    }
}

extension AnswerClaims: Sendable where Answer: Sendable {}
extension AnswerClaims: Encodable where Answer: Encodable {}
extension AnswerClaims: Decodable where Answer: Decodable {}

/// A question as the asking service keeps it until it is answered.
struct Question: Sendable {
    var id: UUID
    var register: ServiceName
    var name: String
    var type: String
    var caseID: String
    var basis: String
    var body: BodyCode?
    var fields: [String]
    var request: [UInt8]
}

/// An inquiry that has gone unanswered for a while is asked again.
struct AskAgain: TimerEvent {
    static let type = "inquiry-ask-again"
    var inquiry: UUID
    var key: String { inquiry.text }
}
