import CommandLine

/// A port on loopback: the mock cluster binds no other address.
struct ListenAddress: ArgumentValue {
    let port: UInt16

    static let valueName = "127.0.0.1:port"

    init(port: UInt16) { self.port = port }

    init?(argument: String) {
        let parts = argument.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, ["127.0.0.1", "localhost"].contains(parts[0]), let port = UInt16(parts[1]), port > 0 else { return nil }
        self.port = port
    }

    var argumentText: String { "127.0.0.1:\(port)" }
}
