import DevenvDiagnostics

/// What stands behind `${…}` at a place in the file.
struct Interpolation {
    /// The values of one machine.
    struct Machine {
        let name: String
        let index: Int
        /// nil as long as addresses have not been given out.
        let address: String?
    }

    /// The namespaces; anything else between `${` and `}` is no business of devenv's.
    static let namespaces = ["env", "var", "machine", "project"]

    /// How many bytes all the texts with `${…}` may come to with their values.
    static let limit = 64 << 20

    /// The environment of the `devenv` command.
    var environment: [String: String]
    /// The project's directory.
    var projectDirectory: String
    /// The project's name; nil as long as it is not known.
    var projectName: String?
    /// The values of `vars` so far.
    var variables: [String: String] = [:]
    /// The machine that the place belongs to.
    var machine: Machine?

    /// Why there is no value.
    struct Failure: Error {
        let message: String
        let help: String?

        init(_ message: String, help: String? = nil) {
            self.message = message
            self.help = help
        }
    }

    /// The value of `env.HOME`, given as its two parts.
    func value(of name: String, in namespace: String) throws(Failure) -> String {
        switch namespace {
        case "env": try environmentValue(name)
        case "var": try variable(name)
        case "project": try projectValue(name)
        default: try machineValue(name)
        }
    }

    /// `NAME` or `NAME:-default`; as in a shell, the default also stands in for an empty value.
    private func environmentValue(_ text: String) throws(Failure) -> String {
        let parts = text.split(separator: ":-", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let name = parts[0]
        guard Self.isName(name) else { throw Failure("'\(name)' is no name of an environment variable") }
        if parts.count == 2 {
            return environment[name].flatMap { $0.isEmpty ? nil : $0 } ?? parts[1]
        }
        guard let value = environment[name] else {
            throw Failure(
                "the environment variable '\(name)' is not set",
                help: "set it, or give it a default: ${env.\(name):-default}")
        }
        return value
    }

    private func variable(_ name: String) throws(Failure) -> String {
        guard let value = variables[name] else {
            let near = Suggestion.help(for: name, among: variables.keys)
            throw Failure("there is no variable '\(name)' here", help: near ?? "declare it under 'vars'")
        }
        return value
    }

    private func projectValue(_ name: String) throws(Failure) -> String {
        switch name {
        case "dir": return projectDirectory
        case "name":
            guard let projectName else { throw Failure("the project's name is not known yet at this place") }
            return projectName
        default: throw Failure("the project has no value '\(name)'", help: "it has name and dir")
        }
    }

    private func machineValue(_ name: String) throws(Failure) -> String {
        guard let machine else { throw Failure("'${machine.\(name)}' has a value within a machine only") }
        switch name {
        case "name": return machine.name
        case "index": return String(machine.index)
        case "ip":
            guard let address = machine.address else { throw Failure("the machine's address is not known yet here") }
            return address
        default: throw Failure("a machine has no value '\(name)'", help: "it has name, index and ip")
        }
    }

    private static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, !(0x30...0x39).contains(first) else { return false }
        return text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
    }
}
