import DevenvCrypto
import DevenvHost
import DevenvTestSupport
import Glibc
import SystemPackage
import Testing

/// The built program, driven as its users do.
struct DevenvBinary: Sendable {
    /// What takes the place of the user's own directories.
    var home: FilePath
    /// A libvirt of a test's own, which is then the only one that it sees.
    var libvirt: PrivateLibvirt?
    /// A VirtualBox of a test's own, likewise.
    private(set) var virtualBox: VirtualBoxHome?
    /// A store below the user's own; none, as what the administrator of this host has for everybody is no business of a test's.
    var sharedBoxes: FilePath?

    init(home: FilePath) { self.home = home }

    /// Makes machines in a VirtualBox of a test's own, and of the user's directories so far only the boxes are shared.
    mutating func settle(in virtualBox: VirtualBoxHome) {
        sharedBoxes = home.appending("boxes")
        home = virtualBox.data
        self.virtualBox = virtualBox
    }

    /// Runs a command to its end.
    func run(
        _ arguments: [String], in directory: FilePath, environment: [String: String] = [:], input: [UInt8] = [],
        timeout: Duration = .seconds(120)
    ) async throws -> ToolOutcome {
        var variables = [
            "DEVENV_HOME": home.string, "DEVENV_SHARED_BOXES": sharedBoxes?.string ?? "", "NO_COLOR": "1",
        ]
        variables.merge(virtualBox?.environment ?? [:]) { $1 }
        var words = [BuiltProgram.devenv.string] + arguments
        if let libvirt {
            // not by its usual name, under which others on this host know another pool
            variables["DEVENV_LIBVIRT_URI"] = libvirt.uri
            words = libvirt.command(words)
        }
        if let virtualBox { words = virtualBox.command(words) }
        return try await SystemToolRunner().run(
            ToolInvocation(
                words[0], Array(words.dropFirst()), environment: environment.merging(variables) { own, _ in own },
                directory: directory, input: input, output: .captured(limit: 64 << 20), timeout: timeout))
    }

    /// Runs a command that stands still at a point between two of its effects, while the body does something to the world.
    func run(
        _ arguments: [String], in directory: FilePath, environment: [String: String] = [:],
        standingStillAt point: String,
        _ body: @Sendable () async throws -> Void
    ) async throws -> ToolOutcome {
        let mark = SecureRandom.hexadecimal(digits: 16)
        let environment = environment.merging(
            ["DEVENV_FAULT": point, "DEVENV_FAULT_SIGNAL": "STOP", "DEVENV_TEST_MARK": mark]) { $1 }
        async let outcome = run(arguments, in: directory, environment: environment)
        var stopped: pid_t?
        try await eventually("it stands still at \(point)") {
            stopped = ProcessTable.processes(withEnvironment: "DEVENV_TEST_MARK=\(mark)").first(
                where: ProcessTable.isStopped)
            return stopped != nil
        }
        do {
            defer { if let stopped { kill(stopped, SIGCONT) } }
            try await body()
        }
        return try await outcome
    }
}

extension ToolOutcome {
    /// Everything that a person would have seen, for the messages of failed tests.
    var transcript: String { text + String(decoding: standardError, as: UTF8.self) }

    /// What it wrote to its standard error, as text.
    var errors: String { String(decoding: standardError, as: UTF8.self) }
}
