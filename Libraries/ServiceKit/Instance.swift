import Contracts
import EventLoop
import FoundationEssentials
import Glibc
import HTTP
import Kafka
import Messaging
import Postgres
import Telemetry
import Trust

/// One running process of a service: starts its parts in order, and ends them so that nothing held is lost.
@Loop final class Instance<S: Service> {
    private let configuration: Configuration
    private let database: Database
    private let server: HTTPServer
    private let clock: LawClock
    private let metrics: InstanceMetrics
    private let startedAt = Timestamp.now
    private let id = UUID.v7().text
    private let isDevelopment: Bool
    private let prefix: String
    private var running: Running?
    private let stopping = Promise<Void>()

    /// What runs once the service is ready.
    private struct Running {
        let relay: Relay
        let consumer: MessageConsumer
        let timers: TimerRunner
        let keys: ServiceKeys
        let lawData: [StatusReport.LawDatum]
        let housekeeping: Task<Void, Never>
    }

    init(_ configuration: Configuration) throws {
        self.configuration = configuration
        database = try Database(configuration, service: S.name)
        isDevelopment = configuration["PROFILE"] == "development"
        prefix = try configuration.required("TOPIC_PREFIX")
        clock = LawClock(database: database, mayMove: isDevelopment)
        metrics = InstanceMetrics(service: S.name, database: database, clock: clock)
        var options = HTTPServerOptions(
            listen: try configuration.required("HTTP_LISTEN"), certificateFile: configuration["TLS_CERTIFICATE"], keyFile: configuration["TLS_KEY"])
        options.maxConnections = OpenFiles.connections(wanted: try configuration.integer("HTTP_CONNECTIONS", in: 64...1_000_000))
        options.maxRequests = try configuration.integer("HTTP_REQUESTS", in: 1...100_000)
        options.maxWaiting = 2 * options.maxRequests
        options.completeProblem = { problem, request in
            problem.traceId = "\(TraceContext.received(request.headers["traceparent"]).traceID)"
        }
        server = HTTPServer(options, router: Router())
    }

    /// Where it listens; empty before it does.
    var address: String { server.boundAddress }

    /// Ends it as a signal would.
    func requestStop() { stopping.succeed(()) }

    /// Serves until a signal says otherwise.
    func serve() async throws {
        Loop.giveBackMemoryAtRest()
        Loop.onHeldUp { Log.warning("the loop was held up", ["by": "\($0.what)", "for": .seconds($0.duration)]) }
        server.router = routesBeforeReady()
        try server.start()
        Log.info("listening", ["address": "\(server.boundAddress)", "version": "\(Version.text)", "profile": "\(configuration["PROFILE"] ?? "")"])
        let signals = try [SIGTERM, SIGINT].map { signal in try Loop.onSignal(signal) { self.stopping.succeed(()) } }
        let start = Loop.start { try await self.becomeReady() }
        let failure = Promise<Void>()
        Loop.spawn {
            do { try await start.value } catch {
                // What a stop interrupts has not failed.
                if !self.stopping.isResolved { failure.fail(error) }
                self.stopping.succeed(())
            }
        }
        try await stopping.value()
        start.cancel()
        await stop()
        for signal in signals { signal.cancel() }
        if failure.isResolved { try await failure.value() }
    }

    // MARK: Start

    private func becomeReady() async throws {
        let keys = try await Keys.load(configuration, service: S.name)
        let (service, numbers) = try await patiently {
            try await self.refuseUnmigrated()
            try await self.clock.refresh()
            _ = try await self.database.run(Batch(
                statements: ["SELECT make_journal_months(3)", "SELECT make_inbox_months(3)"], key: "months", mayRunAgain: true))
            try await self.meetTimeline()
            let numbers = NumberBlocks(database: self.database)
            for series in S.numberSeries { try await numbers.prepare(series) }
            let service = try await S(Surroundings(configuration, self.database))
            return (service, numbers)
        }
        try Task.checkCancellation()
        let place = WorkPlace(service: S.name, numbers: numbers, keys: keys)
        let kernel = Kernel(
            service: S.name, database: database, clock: clock, place: place,
            tokens: VerifiedTokens(keys: keys.everyone, audience: S.name.rawValue), refusals: S.refusals)
        let kafka = try KafkaOptions(configuration, service: S.name)
        let relay = Relay(database: database, kafka: kafka, prefix: prefix)
        let body = service.body
        let crashes = CrashWatch(database, most: try configuration.integer("HANDLER_CRASHES", in: 1...1000))
        let timers = TimerRunner(database: database, place: place, clock: clock, handlers: body.timers, crashes: crashes)
        let consumer = try MessageConsumer(
            service: S.name, database: database, place: place, clock: clock, kafka: kafka, prefix: prefix,
            instanceID: configuration["KAFKA_INSTANCE_ID"], handlers: body.messages, passedOver: S.typesPassedOver,
            crashes: crashes)
        place.wakeRelay = { [weak relay] in relay?.wake() }
        place.wakeTimers = { [weak timers] in timers?.wake() }
        let builtIn = BuiltIn(
            kernel: kernel, status: { [unowned self] in try await self.status() }, consumer: consumer, timers: timers, isDevelopment: isDevelopment)
        server.router = try routes(body.entries + builtIn.entries, kernel)
        relay.start()
        consumer.start()
        timers.start()
        running = Running(relay: relay, consumer: consumer, timers: timers, keys: keys, lawData: service.lawData,
            housekeeping: Loop.spawn { await self.keepHouse() })
        Log.info("ready", ["after": .seconds(Timestamp.now - startedAt)])
    }

    /// Waits for a database that is away; what is wrong for good is thrown.
    private func patiently<T: Sendable>(_ body: @Loop () async throws -> T) async throws -> T {
        var pause = Duration.milliseconds(100)
        while true {
            do { return try await body() } catch let error as PostgresError where error.isRetriable {
                Log.warning("waiting for the database", ["error": "\(error)"])
                try await Loop.sleep(for: pause)
                pause = min(pause * 2, .seconds(2))
            }
        }
    }

    /// Remembers the database's history when it is a new one, before anything is added to it: the last journal entry then is the
    /// last that was taken over.
    private func meetTimeline() async throws {
        let id = try await database.fetch(Timelines.present)
        _ = try await database.run(Batch(statements: ["""
            INSERT INTO timeline (id, met_at, restored_to)
            SELECT \(id), \(Timestamp.now), CASE WHEN EXISTS (SELECT 1 FROM timeline) THEN
                coalesce((SELECT at FROM journal ORDER BY id DESC LIMIT 1), pg_last_xact_replay_timestamp()) END
            ON CONFLICT DO NOTHING
            """], key: "timeline", mayRunAgain: true))
    }

    private func refuseUnmigrated() async throws {
        let landed = Set(try await database.landedMigrations().map { "\($0.series)/\($0.number)" })
        for set in S.everyMigration {
            for migration in set.migrations where !landed.contains("\(set.series)/\(migration.number)") {
                throw NotMigrated(service: S.name, migration: migration.fileName)
            }
        }
    }

    // MARK: Routes

    private func routes(_ entries: [ServiceBody.Entry], _ kernel: Kernel) throws -> Router {
        var router = healthRoutes(Router())
        let timeout = Duration.seconds(try configuration.integer("REQUEST_TIMEOUT", in: 1...600))
        for entry in entries {
            guard case .operation(let route) = entry else { continue }
            router.add(route.method, route.path, timeout: timeout, isAlwaysAdmitted: route.isOperatorsRead) { request, parameters in
                await kernel.respond(to: request, parameters, route)
            }
        }
        return router
    }

    /// Until it is ready an operation is there, and not to be had yet: 404 would say that what is asked for does not exist.
    private func routesBeforeReady() -> Router {
        var router = healthRoutes(Router())
        for operation in S.contract.operations {
            router.add(operation.method.rawValue, operation.path) { request, _ in Self.notYet(request) }
        }
        return router
    }

    private static func notYet(_ request: HTTPRequest) -> HTTPResponse {
        var response = HTTPResponse.problem(Problem(.unavailable, Language.preferred(request.headers["Accept-Language"])))
        response.headers["Retry-After"] = "1"
        return response
    }

    private func healthRoutes(_ empty: Router) -> Router {
        var router = empty
        router.add("GET", "/livez", isAlwaysAdmitted: true) { _, _ in HTTPResponse.text("alive\n") }
        router.add("GET", "/readyz", isAlwaysAdmitted: true) { [unowned self] request, _ in
            self.isReady ? HTTPResponse.text("ready\n") : Self.notYet(request)
        }
        router.add("GET", "/metrics", produces: [], isAlwaysAdmitted: true) { [unowned self] _, _ in
            let text = await self.metrics.text(self.server, self.running?.relay, self.running?.consumer)
            return HTTPResponse(status: 200, headers: ["Content-Type": Metrics.contentType], body: .bytes(text))
        }
        return router
    }

    private var isReady: Bool { running != nil && !stopping.isResolved && database.isReachable }

    private func status() async throws -> StatusReport {
        guard let running else { throw Problem(.unavailable, .en) }
        let details = try await StatusReport.Details(
            database, clock: clock, consumer: running.consumer, keys: running.keys, lawData: running.lawData, migrations: S.everyMigration)
        return try await StatusReport(
            service: S.name, instance: id, startedAt: startedAt, profile: configuration["PROFILE"] ?? "production", database: database,
            clock: clock, relay: running.relay, consumer: running.consumer, details: details)
    }

    /// Once an hour: months of the journal ahead, old idempotency keys away.
    private func keepHouse() async {
        while !Task.isCancelled {
            do {
                try await Loop.sleep(for: .seconds(3600))
                _ = try await database.run(Batch(
                statements: ["SELECT make_journal_months(3)", "SELECT make_inbox_months(3)"], key: "months", mayRunAgain: true))
                while try await database.run(Batch(statements: [Idempotency.forget], key: "idempotency", goesAlone: true, mayRunAgain: true))
                    .first?.affected == Idempotency.forgottenAtOnce {}
            } catch is CancellationError {
                return
            } catch {
                Log.warning("housekeeping failed", ["error": "\(error)"])
            }
        }
    }

    // MARK: Stop

    /// Stops taking, finishes what is held, commits, leaves the group, closes; within ten seconds.
    private func stop() async {
        Log.info("stopping")
        running?.housekeeping.cancel()
        async let requests: Void = server.stop(within: .seconds(4))
        async let messages: Void? = running?.consumer.stop()
        async let timers: Void? = running?.timers.stop()
        _ = await (requests, messages, timers)
        // Last, so that what they have said still leaves. With a database that stands still each of the three takes five seconds, and
        // the relay four.
        await running?.relay.stop()
        await database.close()
        Log.info("stopped")
    }
}

/// The database does not have a table that this version needs.
struct NotMigrated: Error, CustomStringConvertible {
    let service: ServiceName
    let migration: String
    var description: String { "the database lacks \(migration): run `\(service) migrate` first" }
}
