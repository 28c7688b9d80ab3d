import Synchronization

/// 64 bits that this process has not given before, for ids that are no secrets.
///
/// A random start and an odd step, mixed by the finaliser of SplitMix64 (Steele, Lea and Flood, 2014): no two are the same, and none
/// asks the kernel for randomness.
public enum UniqueBits {
    private static let counter = Atomic<UInt64>(.random(in: .min ... .max))

    public static func next() -> UInt64 {
        var mixed = counter.wrappingAdd(0x9e37_79b9_7f4a_7c15, ordering: .relaxed).newValue
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
