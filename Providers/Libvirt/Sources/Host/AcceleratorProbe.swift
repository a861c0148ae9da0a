package import DevenvHost
package import SystemPackage

/// Finds out whether an ordinary guest really runs under KVM, by running one: that the device opens and that libvirt offers
/// KVM says little. There are kernels whose KVM only runs guests that were made for it, and hosts whose nested
/// virtualization loses interrupts; machines then hang without a word.
///
/// The guest takes some 50 ms under a KVM that works. What came of it is kept until the host is started again, or its
/// kernel, its KVM or its QEMU change.
package struct AcceleratorProbe: Sendable {
    /// What runs the guest's instructions, as QEMU names it.
    package enum Accelerator: String, Sendable {
        /// The processor.
        case kvm
        /// QEMU's emulation, under which the guest always comes to its end.
        case tcg
    }

    /// How long the guest may take.
    static let limit = 3

    private let directories: HostDirectories
    private let tools: any ToolRunner
    private let obstacle: @Sendable () -> KVMObstacle?

    /// Names the directories for what is found out; they are made when there is something to keep.
    package init(
        directories: HostDirectories, tools: any ToolRunner = SystemToolRunner(),
        obstacle: @escaping @Sendable () -> KVMObstacle? = { KVMObstacle.find() }
    ) {
        self.directories = directories
        self.tools = tools
        self.obstacle = obstacle
    }

    /// The verdict for machines that this emulator runs, from the last time where nothing has changed since.
    package func verdict(for emulator: FilePath) async -> AcceleratorVerdict {
        if let obstacle = obstacle() { return .unavailable(obstacle) }
        guard let memory = VerdictMemory(emulator: emulator, directories: directories) else {
            return .untried("'\(emulator)' can't be run here")
        }
        if let verdict = memory.recall() { return verdict }
        let verdict = await run(under: .kvm, emulator: emulator)
        if case .untried = verdict { return verdict }
        memory.keep(verdict)
        return verdict
    }

    /// Runs the guest and says what came of it.
    package func run(under accelerator: Accelerator, emulator: FilePath) async -> AcceleratorVerdict {
        do {
            return Self.verdict(of: try await tools.run(Self.invocation(emulator: emulator, under: accelerator)))
        } catch {
            return .untried(error.description)
        }
    }

    /// The call of QEMU. It gets the guest as a file on its standard input, and writes the guest's letters to its standard
    /// output. `timeout` ends it rather than the runner, as these letters are wanted then, too.
    package static func invocation(emulator: FilePath, under accelerator: Accelerator) -> ToolInvocation {
        let processor = accelerator == .kvm ? "host" : "max"
        let arguments = [
            "-machine", "q35,accel=\(accelerator.rawValue)", "-cpu", processor, "-m", "16", "-nodefaults",
            "-no-user-config", "-display", "none", "-no-reboot", "-bios", "/dev/stdin",
            "-device", "isa-debug-exit,iobase=0xf4,iosize=1",
            "-chardev", "file,id=steps,path=/dev/stdout", "-device", "isa-debugcon,iobase=0xe9,chardev=steps",
        ]
        return ToolInvocation(
            "timeout", ["--signal=KILL", String(limit), emulator.string] + arguments, input: image,
            output: .captured(limit: 64 << 10), timeout: .seconds(limit + 5))
    }

    /// What an end of QEMU means.
    package static func verdict(of outcome: ToolOutcome) -> AcceleratorVerdict {
        let steps = outcome.text.compactMap { ProbeStep(rawValue: String($0)) }
        switch outcome.status {
        case 33: return .works  // 2 × 16 + 1
        case 137: return .stalls(at: (steps.last.map { $0.next } ?? .realMode) ?? .apicTimer)
        case 0: return .fails("the guest reset the machine after \(steps.last?.words ?? "its start")")
        case 125...127: return .untried(outcome.complaint)
        default: return failure(outcome)
        }
    }

    /// Builds of QEMU without the devices that the guest writes to can't say anything about KVM.
    private static func failure(_ outcome: ToolOutcome) -> AcceleratorVerdict {
        let lines = String(decoding: outcome.standardError, as: UTF8.self).split(whereSeparator: \.isNewline)
        if lines.contains(where: { $0.contains("not a valid device model name") }) {
            return .untried("this QEMU has no 'isa-debug-exit'")
        }
        let line = lines.first { !$0.contains("warning:") } ?? "it ended with status \(outcome.status)"
        return .fails(line.split(separator: ": ").drop { $0.contains("qemu") || $0 == "error" }.joined(separator: ": "))
    }

    /// A ROM of 64 KiB: the guest's code, and at the top, where a PC's processor begins, a jump to it.
    private static var image: [UInt8] {
        let jump: [UInt8] = [0xea, 0x00, 0x00, 0x00, 0xf0]  // ljmp $0xf000, $0
        let gap = [UInt8](repeating: 0xf4, count: 0xfff0 - ProbeCode.bytes.count)
        return ProbeCode.bytes + gap + jump + [UInt8](repeating: 0, count: 16 - jump.count)
    }
}
