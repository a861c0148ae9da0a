import DevenvCrypto
import DevenvHost
import DevenvTestSupport
import Glibc
import SystemPackage
import Testing

/// The built program, driven as its users do.
struct DevenvBinary: Sendable {
    /// What takes the place of the user's own directories.
    let home: FilePath
    /// A libvirt of a test's own, which is then the only one that it sees.
    var libvirt: PrivateLibvirt?

    init(home: FilePath) { self.home = home }

    /// Runs a command to its end.
    func run(
        _ arguments: [String], in directory: FilePath, environment: [String: String] = [:], input: [UInt8] = [],
        timeout: Duration = .seconds(120)
    ) async throws -> ToolOutcome {
        // what the administrator of this host has for everybody is no business of a test's
        var variables = ["DEVENV_HOME": home.string, "DEVENV_SHARED_BOXES": "", "NO_COLOR": "1"]
        var words = [BuiltProgram.devenv.string] + arguments
        if let libvirt {
            // not by its usual name, under which others on this host know another pool
            variables["DEVENV_LIBVIRT_URI"] = libvirt.uri
            words = libvirt.command(words)
        }
        return try await SystemToolRunner().run(
            ToolInvocation(
                words[0], Array(words.dropFirst()), environment: environment.merging(variables) { own, _ in own },
                directory: directory, input: input, output: .captured(limit: 64 << 20), timeout: timeout))
    }

    /// Runs a command that stands still at a point between two of its effects, while the body does something to the world.
    func run(
        _ arguments: [String], in directory: FilePath, standingStillAt point: String,
        _ body: @Sendable () async throws -> Void
    ) async throws -> ToolOutcome {
        let mark = SecureRandom.hexadecimal(digits: 16)
        let environment = ["DEVENV_FAULT": point, "DEVENV_FAULT_SIGNAL": "STOP", "DEVENV_TEST_MARK": mark]
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
