/// Numbers that look random and are the same for the same seed in every version of this program (SplitMix64).
struct Randomness {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// From 0 up to but not `count`, which is small enough that the multiplication's bias is nothing.
    mutating func below(_ count: Int) -> Int { Int(next().multipliedFullWidth(by: UInt64(count)).high) }

    mutating func percent(_ share: Int) -> Bool { below(100) < share }

    mutating func one<T>(of items: [T]) -> T { items[below(items.count)] }
}
