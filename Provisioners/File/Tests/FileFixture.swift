import DevenvDiagnostics
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import FileProvisioner
import SystemPackage

/// An item of kind `file` with these options, each located at a line of its own: the first at line 2.
func fileItem(_ options: KeyValuePairs<String, OptionTree.Value>, timeout: Duration? = nil) -> ProvisionerSpec {
    let source = SourceText(name: "Envfile", Array(repeating: "          ", count: 20).joined(separator: "\n"))
    let entries = options.enumerated().map { index, option in
        let location = SourceLocation(source: source, line: index + 2, column: 3)
        return OptionTree.Entry(key: Located(option.key, at: location), value: OptionTree(option.value, at: location))
    }
    let tree = OptionTree(.map(entries), at: SourceLocation(source: source, line: 1, column: 1))
    return ProvisionerSpec(name: Located("item"), kind: Located("file"), options: tree, timeout: timeout)
}

/// Sends `source` of the directory to `target`.
func send(
    _ source: String, to target: String, in directory: TemporaryDirectory,
    options: [String: String] = [:], on communicator: any Communicator = ProcessCommunicator()
) async throws {
    let fields = [("source", source), ("target", target)] + options.sorted { $0.key < $1.key }
    let entries = fields.map { OptionTree.Entry(key: Located($0.0), value: OptionTree(.string($0.1))) }
    let item = ProvisionerSpec(name: Located("item"), kind: Located("file"), options: OptionTree(.map(entries)))
    let context = ProvisionerContext(
        project: ProvisionerProject(directory: directory.path, secretNames: []),
        machine: MachineName(unchecked: "web"), secrets: [:], output: { _, _ in })
    try await FileProvisioner().run(item, on: communicator, context: context)
}

/// Runs a program and returns what it printed.
@discardableResult
func shell(_ script: String, in directory: TemporaryDirectory) async throws -> String {
    let call = ToolInvocation("/bin/sh", ["-euc", script], directory: directory.path)
    let outcome = try await SystemToolRunner().run(call)
    guard outcome.status == 0 else { throw Failed(description: outcome.complaint) }
    return outcome.text
}

private struct Failed: Error, CustomStringConvertible { let description: String }

/// Everything below a folder of the directory: kind, mode, size of files, destination of links, name.
func listing(_ folder: String, in directory: TemporaryDirectory) async throws -> String {
    let script = "cd '\(folder)' && find . -mindepth 1 -printf '%y %m %l %P\\0' | sort -z"
    return try await shell(script, in: directory)
        + shell("cd '\(folder)' && find . -type f -exec cksum {} + | sort", in: directory)
}
