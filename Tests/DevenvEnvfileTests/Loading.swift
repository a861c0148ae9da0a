import DevenvDiagnostics
import DevenvEnvfile
import DevenvModel
import DevenvTestSupport
import SystemPackage
import Testing

/// What a marked text gave.
struct Loaded {
    let result: EnvfileLoader.Result
    /// One line for each diagnostic, its place named by the marker.
    let problems: [String]
    /// The help of each diagnostic.
    let help: [String?]

    /// The machine with this name.
    func machine(_ name: String) throws -> MachineSpec {
        try #require(result.envfile?.machines.first { $0.name.value.rawValue == name })
    }
}

/// Loads a text as the Envfile of `/usr`, a directory that every host has.
func load(
    _ text: String, environment: [String: String] = [:], addresses: AddressBook = AddressBook(),
    directory: FilePath = "/usr"
) -> Loaded {
    let marked = MarkedText(text)
    let result = EnvfileLoader.load(
        marked.source, directory: directory, environment: environment, addresses: addresses)
    return Loaded(
        result: result, problems: marked.describe(result.diagnostics), help: result.diagnostics.map(\.help))
}

/// Loads one machine `web` with the lines given, indented.
func loadMachine(_ lines: String, environment: [String: String] = [:]) -> Loaded {
    let indented = lines.split(separator: "\n", omittingEmptySubsequences: false).map { "    \($0)" }
    return load("version: 1\nmachines:\n  web:\n" + indented.joined(separator: "\n"), environment: environment)
}
