import Glibc
import Telemetry

/// How many files and sockets this process may have open.
enum OpenFiles {
    /// For the database, Kafka, logs and data files, whatever connections clients have.
    static let kept = 512

    /// Raises the limit to what the system allows at most.
    ///
    /// Returns what then holds. Nothing here uses `select`, which is why a shell's limit is low.
    static func raiseLimit() -> Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1024 }
        let present = limit.rlim_cur
        limit.rlim_cur = limit.rlim_max
        if setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) != 0 { limit.rlim_cur = present }
        return Int(clamping: limit.rlim_cur)
    }

    /// The connections that clients may have: those wanted, or fewer where the system allows no more.
    static func connections(wanted: Int) -> Int {
        let limit = raiseLimit()
        let possible = max(64, limit - kept)
        if wanted > possible {
            Log.warning(
                "fewer connections than HTTP_CONNECTIONS are possible: raise the limit of open files (ulimit -Hn, LimitNOFILE)",
                ["wanted": .int(wanted), "possible": .int(possible), "openFiles": .int(limit)])
        }
        return min(wanted, possible)
    }
}
