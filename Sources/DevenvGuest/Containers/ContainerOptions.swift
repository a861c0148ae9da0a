import DevenvDiagnostics
import DevenvModel
import DevenvPluginAPI

/// A container that an engine in the machine is to run.
struct ContainerOptions: Sendable {
    /// Its name.
    let name: Located<String>
    /// Its image.
    let image: Located<String>?
    /// What runs in it, with arguments; nothing for what the image says.
    let command: [String]
    /// Ports of the machine that lead into it, as the engine takes them.
    let ports: [String]
    /// What of the machine is mounted into it, as the engine takes it.
    let volumes: [String]
    /// Its environment, secrets by their names.
    let environment: [(name: String, value: String)]
    /// When it is started again, as the engine takes it.
    let restart: String?
    /// More arguments for the engine's `run`.
    let arguments: [String]

    /// Reads the options of a container.
    init(_ name: Located<String>, _ reader: inout OptionReader) {
        self.name = name
        image = reader.string("image")
        command = (reader.strings("command", scalars: true) ?? []).map(\.value)
        ports = (reader.strings("ports", scalars: true) ?? []).map(\.value)
        volumes = (reader.strings("volumes") ?? []).map(\.value)
        environment = (reader.stringMap("env") ?? []).map { ($0.key.value, $0.value.value) }
        restart = reader.string("restart")?.value
        arguments = (reader.strings("args", scalars: true) ?? []).map(\.value)
        check(&reader)
    }

    private func check(_ reader: inout OptionReader) {
        let isName =
            name.value.first.map { $0.isLetter || $0.isNumber } == true
            && name.value.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_.-".contains($0)) }
        if !isName { reader.report(.error("'\(name.value)' is no name of a container", at: name.location)) }
        if image == nil { reader.report(.error("the container '\(name.value)' needs its 'image'", at: name.location)) }
        for variable in environment where !Self.isVariable(variable.name) {
            reader.report(.error("'\(variable.name)' is no name of a variable", at: name.location))
        }
    }

    private static func isVariable(_ name: String) -> Bool {
        name.first?.isNumber == false && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
    }

    /// A digest of all that is said of it; secrets by their names.
    var digest: String {
        let lists = [
            [image?.value ?? "", restart ?? ""], command, ports, volumes, arguments,
            environment.sorted { $0.name < $1.name }.flatMap { [$0.name, $0.value] },
        ]
        return TreeDigest.digest(of: lists.flatMap { ["\($0.count)"] + $0 })
    }

    /// The arguments of the engine's `run` behind name and labels. A variable that is a secret is named only: its value is in the
    /// environment that the engine is started with.
    var words: [String] {
        ports.flatMap { ["--publish", $0] } + volumes.flatMap { ["--volume", $0] }
            + environment.flatMap { ["--env", isSecret($0.value) ? $0.name : "\($0.name)=\($0.value)"] }
            + (restart.map { ["--restart", $0] } ?? []) + arguments + [image?.value ?? ""] + command
    }

    /// The variables that are secrets.
    var secrets: [(name: String, value: String)] { environment.filter { isSecret($0.value) } }

    private func isSecret(_ value: String) -> Bool { value.hasPrefix("secret:") }
}
