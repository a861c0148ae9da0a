import DevenvDiagnostics
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import ShellProvisioner
import Synchronization
import SystemPackage
import Testing

/// An item of kind `shell` with these options, each located at a line of its own: the first at line 2.
func shellItem(_ options: KeyValuePairs<String, OptionTree.Value>, timeout: Duration? = nil) -> ProvisionerSpec {
    let source = SourceText(name: "Envfile", Array(repeating: "          ", count: 20).joined(separator: "\n"))
    let entries = options.enumerated().map { index, option in
        let location = SourceLocation(source: source, line: index + 2, column: 3)
        return OptionTree.Entry(
            key: Located(option.key, at: location), value: OptionTree(option.value, at: location))
    }
    let tree = OptionTree(.map(entries), at: SourceLocation(source: source, line: 1, column: 1))
    return ProvisionerSpec(name: Located("item"), kind: Located("shell"), options: tree, timeout: timeout)
}

/// A list of texts as an option.
func list(_ texts: [String]) -> OptionTree.Value { .list(texts.map { OptionTree(.string($0)) }) }

/// A map of texts as an option.
func map(_ texts: KeyValuePairs<String, String>) -> OptionTree.Value {
    .map(texts.map { OptionTree.Entry(key: Located($0.key), value: OptionTree(.string($0.value))) })
}

/// What a script wrote.
final class Recorder: Sendable {
    private let streams = Mutex<[OutputStream: [UInt8]]>([:])

    /// Takes output.
    var handler: OutputHandler {
        { stream, bytes in self.streams.withLock { $0[stream, default: []] += bytes } }
    }

    /// What came on standard output.
    var bytes: [UInt8] { streams.withLock { $0[.standardOutput] ?? [] } }
    /// What came on standard output, as text.
    var text: String { String(decoding: bytes, as: UTF8.self) }
    /// What came on standard error, as text.
    var errorText: String { streams.withLock { String(decoding: $0[.standardError] ?? [], as: UTF8.self) } }
}

/// A project in a directory that nothing is in.
func project(_ directory: FilePath = "/nonexistent", secrets: Set<String> = []) -> ProvisionerProject {
    ProvisionerProject(directory: directory, secretNames: secrets)
}

/// Runs an item and returns what it wrote, with its secrets masked as the engine does it.
@discardableResult
func run(
    _ item: ProvisionerSpec, on communicator: any Communicator = ProcessCommunicator(),
    in directory: FilePath = "/nonexistent", secrets: [String: String] = [:], recorder: Recorder = Recorder(),
    by provisioner: ShellProvisioner = ShellProvisioner()
) async throws -> Recorder {
    let values = secrets.mapValues { Redacted($0) }
    let output = MaskedOutput(secrets: values.values, to: recorder.handler)
    defer { output.finish() }
    let context = ProvisionerContext(
        project: project(directory, secrets: Set(secrets.keys)), machine: MachineName(unchecked: "web"),
        secrets: values, output: output.write)
    try await provisioner.run(item, on: communicator, context: context)
    return recorder
}

/// Runs an item that writes the file `pid`, and interrupts it once that is there; returns the process and what came of it.
func interrupt(_ item: ProvisionerSpec, on communicator: any Communicator, in directory: TemporaryDirectory)
    async throws -> (process: Int32, error: (any Error)?)
{
    try await withThrowingTaskGroup(of: (any Error)?.self) { group in
        group.addTask {
            do { try await run(item, on: communicator) } catch { return error }
            return nil
        }
        try await eventually("the script runs") {
            try directory.read("pid")?.hasSuffix("\n") == true
        }
        group.cancelAll()
        let error = try await group.next() ?? nil
        let process = try directory.read("pid").flatMap { Int32($0.dropLast()) }
        return (process ?? 0, error)
    }
}
