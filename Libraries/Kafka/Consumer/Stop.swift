import CLibrdkafka
import EventLoop
import Telemetry

extension Consumer {
    /// Stops taking, lets what is held end and be committed, leaves the group within `limit`, and closes, a second later at most.
    ///
    /// What does not end by then is cancelled; its records come again, to whoever has the partition next.
    public func stop(within limit: Duration = .seconds(8)) async {
        guard state != .stopped, state != .stopping else { return await Uncancelled.value(of: stopped) }
        let wasRunning = state == .running
        state = .stopping
        let deadline = ContinuousClock.now + limit
        stopDeadline = deadline
        if wasRunning { await leave(until: deadline) }
        // Whoever still waits for an answer waits no more: nothing may use the client from here on.
        abandonQuestions()
        quiet?.succeed(())
        settled?.succeed(())
        await answering?.value
        await release(isLost: true, until: deadline)
        state = .stopped
        endTimer()
        rebalance = nil
        events?.close()
        answers?.close()
        await client.destroy()
        stopped.succeed(())
    }

    private func leave(until deadline: ContinuousClock.Instant) async {
        guard let events, failure == nil else { return }
        if let error = rd_kafka_consumer_close_queue(client.handle, events.pointer) {
            let reason = KafkaError(taking: error, "leaving the group \(group)")
            return Log.warning("A consumer cannot leave its group", ["error": .error(reason)])
        }
        abandonQuestions()
        tickSooner()
        if await !Uncancelled.value(of: closed, until: deadline) {
            Log.warning("A consumer goes without a word to its group: no answer in time", ["group": .string(group)])
        }
    }

    private func abandonQuestions() {
        let open = asked.values
        asked = [:]
        for question in open { question.succeed(nil) }
    }
}
