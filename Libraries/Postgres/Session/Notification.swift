/// What `NOTIFY` sent.
public struct Notification: Sendable, Hashable {
    public let channel: String
    public let payload: String
}
