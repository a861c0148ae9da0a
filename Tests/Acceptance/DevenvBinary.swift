import DevenvHost
import DevenvTestSupport
import SystemPackage

/// The built program, driven as its users do.
struct DevenvBinary: Sendable {
    /// What takes the place of the user's own directories.
    let home: FilePath

    /// Runs a command to its end.
    func run(
        _ arguments: [String], in directory: FilePath, environment: [String: String] = [:], input: [UInt8] = [],
        timeout: Duration = .seconds(120)
    ) async throws -> ToolOutcome {
        let variables = environment.merging(["DEVENV_HOME": home.string, "NO_COLOR": "1"]) { own, _ in own }
        return try await SystemToolRunner().run(
            ToolInvocation(
                BuiltProgram.devenv.string, arguments, environment: variables, directory: directory, input: input,
                output: .captured(limit: 64 << 20), timeout: timeout))
    }
}

extension ToolOutcome {
    /// Everything that a person would have seen, for the messages of failed tests.
    var transcript: String { text + String(decoding: standardError, as: UTF8.self) }

    /// What it wrote to its standard error, as text.
    var errors: String { String(decoding: standardError, as: UTF8.self) }
}
