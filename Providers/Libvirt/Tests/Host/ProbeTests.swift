import DevenvHost
import DevenvTestSupport
import SystemPackage
import Testing

@testable import LibvirtProvider

/// The probe of KVM, with real QEMU where it matters.
@Suite struct ProbeTests {
    private static let emulator: FilePath = "/usr/bin/qemu-system-x86_64"

    @Test(.requires(tool: "qemu-system-x86_64", "timeout"))
    func theGuestComesToItsEndUnderEmulation() async throws {
        try await TemporaryDirectory.with { directory in
            let probe = AcceleratorProbe(directories: HostDirectories(data: directory.path, runtime: directory.path))
            #expect(await probe.run(under: .tcg, emulator: Self.emulator) == .works)
        }
    }

    /// What the verdict is depends on the host; that there is one, and that it is kept, does not.
    @Test(.requires(tool: "qemu-system-x86_64", "timeout"), .timeLimit(.minutes(2)))
    func thisHostGetsAVerdictThatIsKept() async throws {
        try await TemporaryDirectory.with { directory in
            let probe = AcceleratorProbe(directories: HostDirectories(data: directory.path, runtime: directory.path))
            let verdict = await probe.verdict(for: Self.emulator)
            if case .untried(let reason) = verdict { Issue.record("not tried: \(reason)") }
            #expect(await probe.verdict(for: Self.emulator) == verdict)
            let isKept = HostFiles.exists(directory.path.appending("libvirt/accelerator-qemu-system-x86_64"))
            if case .unavailable = verdict { #expect(!isKept) } else { #expect(isKept) }
        }
    }

    @Test(arguments: [
        (33, "rplsifvta", "", AcceleratorVerdict.works),
        (137, "rpl", "", .stalls(at: .speed)), (137, "", "", .stalls(at: .realMode)),
        (137, "rplsifvta", "", .stalls(at: .apicTimer)),
        (0, "rp", "", .fails("the guest reset the machine after protected mode")),
        (
            134, "",
            """
            qemu-system-x86_64: warning: host doesn't support requested feature: CPUID.01H:ECX.pni [bit 0]
            qemu-system-x86_64: error: failed to set MSR 0x10a to 0x69
            """, .fails("failed to set MSR 0x10a to 0x69")
        ),
        (
            1, "", "qemu-kvm: -device isa-debug-exit: 'isa-debug-exit' is not a valid device model name",
            .untried("this QEMU has no 'isa-debug-exit'")
        ),
        (1, "", "", .fails("it ended with status 1")),
        (127, "", "timeout: failed to run command 'x'", .untried("timeout: failed to run command 'x'")),
    ])
    func theEndOfQEMUIsUnderstood(_ status: Int, _ letters: String, _ complaint: String, _ verdict: AcceleratorVerdict)
    {
        let outcome = ToolOutcome(
            status: status, standardOutput: Array(letters.utf8), standardError: Array(complaint.utf8))
        #expect(AcceleratorProbe.verdict(of: outcome) == verdict)
    }

    @Test func qemuIsGivenTheGuestAsAROM() {
        let call = AcceleratorProbe.invocation(emulator: Self.emulator, under: .kvm)
        #expect(call.tool == "timeout")
        #expect(call.arguments.prefix(5) == ["--signal=KILL", "3", Self.emulator.string, "-machine", "q35,accel=kvm"])
        #expect(call.input.count == 64 << 10)
        #expect(call.input[0xfff0...].prefix(5) == [0xea, 0x00, 0x00, 0x00, 0xf0])
    }

    @Test(.requires(tool: "as", "ld", "awk", "bash")) func theBytesAreThoseOfTheSource() async throws {
        let package = FilePath(#filePath).removingLastComponent().removingLastComponent().removingLastComponent()
        let outcome = try await SystemToolRunner().run(
            ToolInvocation("bash", [package.appending("Probe/assemble").string]))
        #expect(outcome.status == 0, "\(outcome.complaint)")
        let code = try HostFiles.read(package.appending("Sources/Host/ProbeCode.swift"))
        #expect(outcome.standardOutput == code)
    }
}

/// What is kept of a verdict, and for how long.
@Suite struct VerdictMemoryTests {
    @Test func aVerdictIsFoundOutOnce() async throws {
        try await Fixture.with { fixture in
            #expect(await fixture.verdict() == .works)
            #expect(await fixture.verdict() == .works)
            #expect(fixture.runner.count == 1)
        }
    }

    @Test(arguments: ["", "garbage", "works\n", "devenv accelerator 1\n\n\n\n\n\nworks\n"])
    func aDamagedFileIsNotBelieved(_ text: String) async throws {
        try await Fixture.with { fixture in
            _ = await fixture.verdict()
            try fixture.directory.write(text, to: "libvirt/accelerator-qemu")
            #expect(await fixture.verdict() == .works)
            #expect(fixture.runner.count == 2)
        }
    }

    @Test(arguments: ["works now", "stalls", "stalls xyz", "fails", "unknown", ""])
    func anUnknownVerdictIsNotBelieved(_ line: String) async throws {
        try await Fixture.with { fixture in
            _ = await fixture.verdict()
            let text = try #require(try fixture.directory.read("libvirt/accelerator-qemu"))
            #expect(text.hasSuffix("\nworks\n"))
            try fixture.directory.write(text.dropLast("works\n".count) + line + "\n", to: "libvirt/accelerator-qemu")
            #expect(await fixture.verdict() == .works)
            #expect(fixture.runner.count == 2)
        }
    }

    @Test func anotherQEMUIsTriedAnew() async throws {
        try await Fixture.with { fixture in
            _ = await fixture.verdict()
            try fixture.directory.write("another", to: "qemu")
            _ = await fixture.verdict()
            #expect(fixture.runner.count == 2)
        }
    }

    @Test(arguments: [(137, "rpl", AcceleratorVerdict.stalls(at: .speed)), (3, "", .fails("it ended with status 3"))])
    func badNewsAreKept(_ status: Int, _ letters: String, _ verdict: AcceleratorVerdict) async throws {
        try await Fixture.with(ToolOutcome(status: status, standardOutput: Array(letters.utf8))) { fixture in
            #expect(await fixture.verdict() == verdict)
            #expect(await fixture.verdict() == verdict)
            #expect(fixture.runner.count == 1)
        }
    }

    @Test func whatWasNotTriedIsTriedAgain() async throws {
        try await Fixture.with(ToolOutcome(status: 127)) { fixture in
            #expect(await fixture.verdict() == .untried(""))
            #expect(await fixture.verdict() == .untried(""))
            #expect(fixture.runner.count == 2)
        }
    }

    @Test func aClosedDeviceIsNeitherTriedNorRemembered() async throws {
        try await Fixture.with { fixture in
            #expect(await fixture.verdict(obstacle: .notPermitted) == .unavailable(.notPermitted))
            #expect(fixture.runner.count == 0)
            #expect(await fixture.verdict() == .works)
        }
    }

    @Test func aMissingEmulatorIsNotTried() async throws {
        try await Fixture.with { fixture in
            try HostFiles.remove(fixture.emulator)
            #expect(await fixture.verdict() == .untried("'\(fixture.emulator)' can't be run here"))
        }
    }
}

/// A probe whose QEMU is only acted.
private struct Fixture: Sendable {
    let directory: TemporaryDirectory
    let runner: ActedRunner
    var emulator: FilePath { directory.path.appending("qemu") }

    static func with(
        _ outcome: ToolOutcome = ToolOutcome(status: 33), _ body: (Fixture) async throws -> Void
    ) async throws {
        try await TemporaryDirectory.with { directory in
            try directory.write("qemu", to: "qemu")
            try await body(Fixture(directory: directory, runner: ActedRunner(outcome)))
        }
    }

    func verdict(obstacle: KVMObstacle? = nil) async -> AcceleratorVerdict {
        let directories = HostDirectories(data: directory.path, runtime: directory.path)
        return await AcceleratorProbe(directories: directories, tools: runner) { obstacle }.verdict(for: emulator)
    }
}
