import FoundationEssentials
import Glibc

/// What a campaign says while it runs: a line at a time, at once, so that `deploy/faults.sh` can show it.
enum Report {
    static func say(_ line: String) {
        let bytes = Array("\(line)\n".utf8)
        _ = write(1, bytes, bytes.count)
    }
}
