import Telemetry

/// What is counted of an operation's requests; the instruments are found once, when the route is made.
struct RequestMetrics: Sendable {
    private let done: Counter
    private let declined: Counter
    private let failed: Counter
    private let seconds: Histogram

    init(operation: String) {
        let requests = Metrics.counters(
            "egov_http_requests_total", "Requests that operations have answered, by class of status.", labels: "operation", "status")
        (done, declined, failed) = (requests[operation, "2xx"], requests[operation, "4xx"], requests[operation, "5xx"])
        seconds = Metrics.histograms(
            "egov_http_request_seconds", "Time to an operation's answer, from when its request was read.", labels: "operation")[operation]
    }

    func answered(_ status: Int, in duration: Duration) {
        (status < 400 ? done : status < 500 ? declined : failed).increment()
        seconds.observe(duration)
    }
}
