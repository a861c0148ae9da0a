/// What the guest of the probe does, in this order. After each step it writes the letter.
package enum ProbeStep: String, Sendable, CaseIterable {
    /// Its first instruction.
    case realMode = "r"
    /// 32 bits.
    case protectedMode = "p"
    /// 64 bits, with paging.
    case longMode = "l"
    /// Ten million rounds of a loop, for which a processor needs 5 ms. Where the kernel emulates every single instruction
    /// they take 10 s, and booting Linux a quarter of an hour.
    case speed = "s"
    /// CPUID and the time stamp counter.
    case identification = "i"
    /// x87.
    case floatingPoint = "f"
    /// SSE2.
    case vectors = "v"
    /// Interrupts of the PC's timer, each after HLT.
    case timer = "t"
    /// An interrupt of the APIC's timer after HLT.
    case apicTimer = "a"

    /// What a guest that stops after this step did not do; nil after the last.
    package var next: ProbeStep? {
        let steps = Self.allCases
        return steps.firstIndex(of: self).flatMap { $0 + 1 < steps.count ? steps[$0 + 1] : nil }
    }

    /// What it does, for people.
    var words: String {
        switch self {
        case .realMode: "its first instruction"
        case .protectedMode: "protected mode"
        case .longMode: "long mode with paging"
        case .speed: "ten million rounds of a loop"
        case .identification: "CPUID and RDTSC"
        case .floatingPoint: "x87 arithmetic"
        case .vectors: "SSE2 arithmetic"
        case .timer: "interrupts of the timer after HLT"
        case .apicTimer: "an interrupt of the APIC's timer after HLT"
        }
    }
}
