import Glibc

/// What Linux says of this process, under the names that every Prometheus client uses for it.
enum ProcessMetrics {
    static func render(into text: inout MetricsText) {
        if let memory = residentAndVirtualBytes() {
            gauge(&text, "process_resident_memory_bytes", "Resident memory size in bytes.", memory.resident)
            gauge(&text, "process_virtual_memory_bytes", "Virtual memory size in bytes.", memory.virtual)
        }
        var time = timespec()
        if clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) == 0 {
            text.header("process_cpu_seconds_total", .counter, help: "Processor time spent, user and system, in seconds.")
            text.sample("process_cpu_seconds_total", [], Double(time.tv_sec) + Double(time.tv_nsec) / 1e9)
        }
        if let count = openDescriptors() {
            gauge(&text, "process_open_fds", "Number of open file descriptors.", Double(count))
        }
        var limit = rlimit()
        if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 {
            gauge(&text, "process_max_fds", "Maximum number of open file descriptors.", Double(limit.rlim_cur))
        }
        if let started {
            gauge(&text, "process_start_time_seconds", "Start time of the process since 1970-01-01 UTC, in seconds.", started)
        }
    }

    private static func gauge(_ text: inout MetricsText, _ name: String, _ help: String, _ value: Double) {
        text.header(name, .gauge, help: help)
        text.sample(name, [], value)
    }

    private static func residentAndVirtualBytes() -> (resident: Double, virtual: Double)? {
        let pages = contents("/proc/self/statm").split(separator: " ").prefix(2).compactMap { Double($0) }
        guard pages.count == 2 else { return nil }
        let size = Double(sysconf(Int32(_SC_PAGESIZE)))
        return (pages[1] * size, pages[0] * size)
    }

    private static func openDescriptors() -> Int? {
        guard let folder = opendir("/proc/self/fd") else { return nil }
        defer { closedir(folder) }
        var count = 0
        while readdir(folder) != nil { count += 1 }
        // Without ".", ".." and the descriptor that reads the folder.
        return max(0, count - 3)
    }

    /// When the process started; does not change.
    private static let started: Double? = {
        // The command's name, in brackets, may hold spaces: fields are counted behind it, from the third on.
        let stat = contents("/proc/self/stat")
        guard let bracket = stat.lastIndex(of: ")") else { return nil }
        let fields = stat[stat.index(after: bracket)...].split(separator: " ")
        let boot = contents("/proc/stat").split(separator: "\n").first { $0.hasPrefix("btime ") }?.dropFirst(6)
        guard fields.count > 19, let ticks = Double(fields[19]), let boot, let since = Double(boot) else { return nil }
        return since + ticks / Double(sysconf(Int32(_SC_CLK_TCK)))
    }()

    /// A small file of /proc, whole; empty when it cannot be read.
    private static func contents(_ path: String) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 16_384)
        while bytes.count < 1 << 20 {
            let count = read(descriptor, &piece, piece.count)
            guard count > 0 else { break }
            bytes.append(contentsOf: piece[..<count])
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
