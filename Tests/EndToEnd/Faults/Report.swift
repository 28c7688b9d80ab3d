import FoundationEssentials
import Glibc

/// What a campaign says while it runs, a line at a time: on standard output, and in the file that `TEST_FAULT_REPORT` names, since a test
/// runner holds back what tests print.
enum Report {
    private static let file: Int32 = Platform.variable("TEST_FAULT_REPORT").map { open($0, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600) } ?? -1

    static func say(_ line: String) {
        let bytes = Array("\(line)\n".utf8)
        _ = write(1, bytes, bytes.count)
        if file >= 0 { _ = write(file, bytes, bytes.count) }
    }
}
