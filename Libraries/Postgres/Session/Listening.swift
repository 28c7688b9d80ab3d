import EventLoop

extension Session {
    /// Listens on a channel until the session ends; with it the stream does. A reader that is too slow loses the oldest of 1,024.
    ///
    /// Meant for rare messages of control: `NOTIFY` in every transaction makes all commits wait for each other.
    public func listen(_ channel: String) async throws -> AsyncStream<Notification> {
        let (stream, feed) = AsyncStream.makeStream(of: Notification.self, bufferingPolicy: .bufferingNewest(1024))
        let statement = try ("listen " as Statement).naming(channel)
        // Before the statement is answered, since a message may come with the answer.
        listeners.append((channel, feed))
        connection.onNotification = { [weak self] notification in
            for (channel, feed) in self?.listeners ?? [] where channel == notification.channel { feed.yield(notification) }
        }
        do {
            try await execute(statement)
        } catch {
            feed.finish()
            throw error
        }
        return stream
    }
}
