import CLibrdkafka

/// What Kafka, or the client library on the way to it, refused or could not do.
public struct KafkaError: Error, Sendable, CustomStringConvertible {
    /// One of librdkafka's codes: those of the broker are positive, the client's own negative.
    public struct Code: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
        public let rawValue: Int32
        public init(rawValue: Int32) { self.rawValue = rawValue }
        init(_ code: rd_kafka_resp_err_t) { rawValue = code.rawValue }

        /// The code's name in the protocol's documentation: `UNKNOWN_TOPIC_OR_PART`, `_QUEUE_FULL`.
        public var description: String { String(cString: rd_kafka_err2name(rd_kafka_resp_err_t(rawValue: rawValue))) }

        public static let invalidArgument = Code(RD_KAFKA_RESP_ERR__INVALID_ARG)
        public static let timedOut = Code(RD_KAFKA_RESP_ERR__TIMED_OUT)
        public static let queueFull = Code(RD_KAFKA_RESP_ERR__QUEUE_FULL)
        public static let closed = Code(RD_KAFKA_RESP_ERR__DESTROY)
        public static let cancelled = Code(RD_KAFKA_RESP_ERR__INTR)
        public static let purged = Code(RD_KAFKA_RESP_ERR__PURGE_QUEUE)
        public static let unknownTopic = Code(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
        public static let topicExists = Code(RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS)
        public static let messageTooLarge = Code(RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE)
        public static let offsetOutOfRange = Code(RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET)
        public static let coordinatorLoading = Code(RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS)
        public static let coordinatorNotAvailable = Code(RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE)
        public static let notCoordinator = Code(RD_KAFKA_RESP_ERR_NOT_COORDINATOR)
        public static let fenced = Code(RD_KAFKA_RESP_ERR__FENCED)
    }

    public let code: Code
    /// What was wrong, for people; it holds no secret.
    public let reason: String
    /// The client that said so is of no more use: close it and make another.
    public let isFatal: Bool
    /// Of a batch that was sent: the positions of the records that were not acknowledged. Empty otherwise.
    public let failedIndices: [Int]

    public init(code: Code, reason: String, isFatal: Bool = false, failedIndices: [Int] = []) {
        self.code = code
        self.reason = reason
        self.isFatal = isFatal
        self.failedIndices = failedIndices
    }

    /// The same call may succeed later without anybody changing anything (after ``isFatal``: with a new client).
    public var isRetriable: Bool { isFatal || Self.passing.contains(code) }

    /// The waiting task was cancelled; what it had asked for may have happened all the same.
    public var isCancellation: Bool { code == .cancelled }

    public var description: String {
        let failed = failedIndices.isEmpty ? "" : " (records \(failedIndices.prefix(10)) of the batch, \(failedIndices.count) in all)"
        return "Kafka: \(reason) [\(code)\(isFatal ? ", fatal" : "")]\(failed)"
    }

    init(_ code: rd_kafka_resp_err_t, _ what: String) {
        self.init(code: Code(code), reason: "\(what): \(String(cString: rd_kafka_err2str(code)))")
    }

    static func cancelled(_ what: String) -> KafkaError {
        KafkaError(code: .cancelled, reason: "\(what): the task that waited for it was cancelled; it may still take effect")
    }

    static func closed(_ what: String) -> KafkaError { KafkaError(code: .closed, reason: "\(what) is closed") }

    /// Takes over a library's error object and frees it.
    init(taking error: OpaquePointer, _ what: String) {
        self.init(
            code: Code(rd_kafka_error_code(error)), reason: "\(what): \(String(cString: rd_kafka_error_string(error)))",
            isFatal: rd_kafka_error_is_fatal(error) != 0)
        rd_kafka_error_destroy(error)
    }

    private static let passing: Set<Code> = [
        Code(RD_KAFKA_RESP_ERR__TRANSPORT), Code(RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN), .timedOut, .queueFull,
        Code(RD_KAFKA_RESP_ERR__WAIT_COORD), Code(RD_KAFKA_RESP_ERR__RESOLVE), Code(RD_KAFKA_RESP_ERR__MSG_TIMED_OUT),
        Code(RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE), Code(RD_KAFKA_RESP_ERR__RETRY), .purged,
        Code(RD_KAFKA_RESP_ERR__PURGE_INFLIGHT), Code(RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE),
        Code(RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION), Code(RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT),
        Code(RD_KAFKA_RESP_ERR_BROKER_NOT_AVAILABLE), Code(RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION),
        Code(RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS), Code(RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE),
        Code(RD_KAFKA_RESP_ERR_NOT_COORDINATOR), Code(RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS),
        Code(RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND), Code(RD_KAFKA_RESP_ERR_NOT_CONTROLLER),
        Code(RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH), Code(RD_KAFKA_RESP_ERR_UNKNOWN_PRODUCER_ID),
        Code(RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER), Code(RD_KAFKA_RESP_ERR__GAPLESS_GUARANTEE),
        Code(RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR), Code(RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS), .cancelled,
    ]
}
