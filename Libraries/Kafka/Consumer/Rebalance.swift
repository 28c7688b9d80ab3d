import CLibrdkafka
import EventLoop
import Telemetry

extension Consumer {
    /// Answers the library, which waits: takes what the group gives, or gives back what it takes, work in flight first.
    func answerRebalance(_ code: rd_kafka_resp_err_t, _ partitions: [TopicPartition]) async {
        switch code {
        case RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS:
            await take(partitions)
        case RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS:
            let isLost = rd_kafka_assignment_lost(client.handle) != 0
            let grace = ContinuousClock.now + limits.revokeGrace
            await release(isLost: isLost, until: min(grace, stopDeadline ?? grace))
            rd_kafka_assign(client.handle, nil)
        default:
            Log.warning("A rebalance has failed", ["group": .string(group), "reason": .string(String(cString: rd_kafka_err2str(code)))])
            rd_kafka_assign(client.handle, nil)
        }
        rebalance = nil
        if state == .stopping { tickSooner() }
    }

    /// Each partition starts where the group has committed, or explicitly at its beginning: the library never chooses.
    private func take(_ partitions: [TopicPartition]) async {
        let committed = partitions.isEmpty ? [:] : await committedOffsets(of: partitions)
        guard let committed, state == .running, failure == nil else {
            rd_kafka_assign(client.handle, nil)
            return
        }
        let list = PartitionList(partitions.map { ($0, committed[$0] ?? Int64(RD_KAFKA_OFFSET_BEGINNING)) })
        // Their queues before the assignment, so that no record takes another way.
        let queues = partitions.compactMap { queue(of: $0) }
        guard queues.count == partitions.count else {
            for queue in queues { queue.close() }
            rd_kafka_assign(client.handle, nil)
            return Log.error("Partitions cannot be watched", ["group": .string(group), "partitions": .string("\(partitions)")])
        }
        for (id, queue) in zip(partitions, queues) {
            let partition = HeldPartition(id, committed: committed[id], queue)
            partition.predecessor = lingering[id]?.task
            held[id] = partition
        }
        let code = rd_kafka_assign(client.handle, list.pointer)
        Log.info("Partitions were assigned", ["group": .string(group), "partitions": .string("\(partitions)")])
        if code != RD_KAFKA_RESP_ERR_NO_ERROR {
            for partition in held.values { partition.queue.close() }
            held = [:]
            Log.error("Partitions cannot be taken", ["group": .string(group), "reason": .string(String(cString: rd_kafka_err2str(code)))])
        }
    }

    /// Lets work in flight end and commits it, within the time there is; then the partitions are no longer ours.
    ///
    /// - Parameter isLost: they are another's already: no wait, no commit.
    func release(isLost: Bool, until deadline: ContinuousClock.Instant) async {
        isReleasing = true
        defer { isReleasing = false }
        if !isLost {
            let quiet = Promise<Void>()
            self.quiet = quiet
            if !held.values.contains(where: \.isHandling) { quiet.succeed(()) }
            // A fifth of the time is the commit's.
            _ = await Uncancelled.value(of: quiet, until: deadline - (deadline - ContinuousClock.now) / 5)
            self.quiet = nil
            await commitTheRest(until: deadline)
        }
        for partition in held.values {
            partition.queue.discard()
            partition.isRevoked = true
            partition.toCommit = nil
            guard partition.isHandling else { continue }
            partition.task?.cancel()
            lingering[partition.id] = partition
        }
        if !held.isEmpty { Log.info("Partitions were given back", ["group": .string(group), "partitions": .string("\(assignment)"), "lost": .bool(isLost)]) }
        held = [:]
        committing = []
    }

    /// Commits what is done, again and again while the broker refuses what may pass, until nothing is left or time is up.
    private func commitTheRest(until deadline: ContinuousClock.Instant) async {
        while ContinuousClock.now < deadline, failure == nil {
            let settled = Promise<Void>()
            self.settled = settled
            commitWhatIsDone()
            _ = await Uncancelled.value(of: settled, until: deadline)
            self.settled = nil
            guard held.values.contains(where: { $0.toCommit != nil }) else { return }
            let pause = Promise<Void>()
            _ = await Uncancelled.value(of: pause, until: min(deadline, ContinuousClock.now + .milliseconds(100)))
        }
    }

    /// After a fatal error the library unassigns by itself and asks nobody.
    func failed(_ error: KafkaError) {
        guard failure == nil else { return }
        failure = error
        raise(.fatal(error))
        Loop.spawn { await self.release(isLost: true, until: ContinuousClock.now) }
    }
}
