import CLinux
import Glibc

/// Gives back to the system what a time of work, the start among them, has left behind, once it is over.
///
/// The C library itself gives back only what lies at the end of its heaps: a crowd of connections leaves its holes below what stays.
/// And of the code that has run once most does not run at rest: its pages come again from the page cache when they are needed.
@Loop private final class RestingMemory {
    private static let period = Duration.seconds(2)
    /// Processor time of a period from which it counts as work; a service at rest takes a fifth of it.
    private static let work = Duration.milliseconds(60)

    private var used = Duration.zero
    private var hasWorked = true

    func lookFromNowOn() { Loop.timer(after: Self.period) { self.look() } }

    private func look() {
        let before = used
        used = Self.processorTime
        let works = used - before > Self.work
        // Off the loop: with much to give back it takes some milliseconds.
        if hasWorked, !works {
            Loop.spawn {
                _ = try? await Loop.offload {
                    malloc_trim(0)
                    releaseCode()
                }
            }
        }
        hasWorked = works
        lookFromNowOn()
    }

    private static var processorTime: Duration {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
}

extension Loop {
    /// From now on, two seconds of rest after work give the memory back that the work has left behind; for the life of the process.
    @Loop public static func giveBackMemoryAtRest() { RestingMemory().lookFromNowOn() }
}

/// Drops the pages of code that this process has in memory: parts of files that are never written to, which come again as they were.
private func releaseCode() {
    guard let maps = fopen("/proc/self/maps", "re") else { return }
    defer { fclose(maps) }
    var line = [CChar](repeating: 0, count: 512)
    while fgets(&line, Int32(line.count), maps) != nil {
        // 55d0c8a00000-55d0c8e00000 r-xp 00200000 fe:00 1234 /usr/bin/natural-persons
        let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let words = text.split { " -\n".contains($0) }
        guard words.count >= 8, words[2] == "r", words[3] == "xp", words[7].hasPrefix("/"),
            let start = UInt(words[0], radix: 16), let end = UInt(words[1], radix: 16)
        else { continue }
        madvise(UnsafeMutableRawPointer(bitPattern: start), Int(end - start), Int32(MADV_DONTNEED))
    }
}
