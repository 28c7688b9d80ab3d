import CLibrdkafka
import EventLoop
import Telemetry

extension Client {
    /// Handles what every kind of client reports: log lines, statistics, and errors that concern no single request.
    ///
    /// - Returns: false when the event is none of these.
    func notice(_ event: borrowing Event) -> Bool {
        switch event.kind {
        case RD_KAFKA_EVENT_LOG: log(event)
        case RD_KAFKA_EVENT_STATS: measure(event)
        case RD_KAFKA_EVENT_ERROR:
            guard let error = event.error("a client of Kafka") else { return true }
            // A broker that is away is in the library's own log lines already.
            let isKnown = event.code == RD_KAFKA_RESP_ERR__TRANSPORT || event.code == RD_KAFKA_RESP_ERR__RESOLVE
            Log.log(isKnown ? .debug : .warning, "Kafka reports an error", ["client": .string(name), "error": .error(error)])
        default: return false
        }
        return true
    }

    private func log(_ event: borrowing Event) {
        var facility: UnsafePointer<CChar>?
        var text: UnsafePointer<CChar>?
        var severity: Int32 = 0
        guard rd_kafka_event_log(event.pointer, &facility, &text, &severity) == 0, let facility, let text else { return }
        // That gapless delivery is experimental is known, and measured to hold.
        if String(cString: facility) == "CONFWARN", String(cString: text).contains("enable.gapless.guarantee") { return }
        // Syslog's severities; what librdkafka calls an error (3) is mostly a broker that is away, which passes.
        let level: LogLevel = severity <= 2 ? .error : severity <= 4 ? .warning : severity <= 6 ? .info : .debug
        Log.log(level, "Kafka client", [
            "client": .string(name), "facility": .string(String(cString: facility)), "text": .string(String(cString: text)),
        ])
    }

    private func measure(_ event: borrowing Event) {
        guard let text = rd_kafka_event_stats(event.pointer) else { return }
        let json = String(cString: text)
        Task.detached { Statistics.record(json) }
    }
}
