import CommandLine
import Glibc

/// PostgreSQL's own tools, and the cluster that they are for.
struct PostgresTools: Sendable {
    static let url = Option<String?>(
        "postgres", "The cluster's superuser, as libpq reads it; deploy/egovctl knows it.", value: "url", environment: "EGOVCTL_POSTGRES")
    static let binaries = Option<String?>(
        "postgres-binaries", "The folder of PostgreSQL's programs; the newest below /usr/lib/postgresql unless given.", value: "folder",
        environment: "POSTGRES_BINARIES", completion: .folders)

    let folder: String

    init(_ arguments: Arguments) throws {
        if let folder = try arguments[Self.binaries] {
            self.folder = folder
            return
        }
        let versions = Files.names("/usr/lib/postgresql").compactMap(Int.init).sorted()
        guard let version = versions.last(where: { Files.exists("/usr/lib/postgresql/\($0)/bin/pg_basebackup") }) else {
            throw CommandFailure("PostgreSQL's programs are not to be found", advice: "install postgresql-15, or name their folder: --postgres-binaries")
        }
        folder = "/usr/lib/postgresql/\(version)/bin"
    }

    func tool(_ name: String, _ arguments: String...) -> Tool { tool(name, arguments) }
    func tool(_ name: String, _ arguments: [String]) -> Tool { Tool.asServer(["\(folder)/\(name)"] + arguments) }

    /// The columns of the one row that a query gives.
    func row(_ url: String, _ query: String) throws -> [String] {
        try tool("psql", "-X", "-q", "-At", "-F", "\t", "-v", "ON_ERROR_STOP=1", url, "-c", query).run()
            .split(separator: "\n", maxSplits: 1).first?.split(separator: "\t", omittingEmptySubsequences: false).map(String.init) ?? []
    }

    /// Whether a server runs on a data directory.
    func isRunning(_ directory: String) -> Bool { (try? tool("pg_ctl", "-D", directory, "status").run()) != nil }
}

extension Files {
    /// What lies in a folder, sorted; nothing where it cannot be read.
    static func names(_ folder: String) -> [String] {
        guard let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// The same place from wherever a tool is started.
    static func absolute(_ path: String) -> String {
        guard !path.hasPrefix("/") else { return path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path }
        guard let folder = getcwd(nil, 0) else { return path }
        defer { free(folder) }
        return "\(String(cString: folder))/\(path)"
    }

    static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }
}
