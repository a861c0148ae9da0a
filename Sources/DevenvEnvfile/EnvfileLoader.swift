package import DevenvDiagnostics
package import DevenvModel
import DevenvYAML
package import SystemPackage

/// Reads an Envfile into a valid machine graph, or into everything that is wrong with it.
package enum EnvfileLoader {
    /// What came of it.
    package struct Result: Sendable {
        /// The project; where there are errors, as much of it as could be understood; nil where that is nothing.
        package let envfile: Envfile?
        /// The machines and what they wait for; nil where there is an error.
        package let graph: MachineGraph?
        /// The addresses that were given, completed by what has been assigned now. To be kept once they are used.
        package let addresses: AddressBook
        /// Everything that is wrong or odd, in the order of the places.
        package let diagnostics: [Diagnostic]
    }

    /// The providers whose options an Envfile may always hold, installed or not.
    package static let standardProviders = ["container", "libvirt", "virtualbox"]

    /// Loads a file. `path` is absolute; `displayName` is its name in messages, its last component by default.
    package static func load(
        _ path: FilePath, displayName: String? = nil, environment: [String: String], addresses: AddressBook,
        providers: [String] = standardProviders
    ) -> Result {
        let path = path.lexicallyNormalized()
        var scope = Scope(
            directory: path.removingLastComponent(), environment: environment, providerNames: providers)
        let name = displayName ?? path.lastComponent?.string ?? path.string
        guard let source = EnvfileLayers.load(path, name: name, at: nil, &scope) else {
            return Result(
                envfile: nil, graph: nil, addresses: addresses, diagnostics: scope.problems.diagnostics.ordered)
        }
        return load(source, path: path, scope, addresses)
    }

    /// Loads a text as if it were the Envfile of a directory, under the text's own name.
    package static func load(
        _ source: SourceText, directory: FilePath, environment: [String: String] = [:],
        addresses: AddressBook = AddressBook(), providers: [String] = standardProviders, files: ProjectFiles = .host
    ) -> Result {
        let directory = directory.lexicallyNormalized()
        let scope = Scope(
            directory: directory, environment: environment, providerNames: providers, files: files)
        return load(source, path: directory.appending(source.name), scope, addresses)
    }

    private static func load(
        _ source: SourceText, path: FilePath, _ start: Scope, _ addresses: AddressBook
    ) -> Result {
        var scope = start
        var layers = EnvfileLayers()
        guard let root = layers.read(source, at: path, &scope) else {
            return Result(
                envfile: nil, graph: nil, addresses: addresses, diagnostics: scope.problems.diagnostics.ordered)
        }
        var decoder = ProjectDecoder(scope, path: path, addresses: addresses)
        var envfile = decoder.decode(root)
        envfile.files = layers.files
        var diagnostics = decoder.scope.problems.diagnostics
        let graph = MachineGraph.build(envfile, reporting: &diagnostics)
        let isValid = !diagnostics.hasErrors
        return Result(
            envfile: envfile, graph: isValid ? graph : nil, addresses: isValid ? decoder.book : addresses,
            diagnostics: diagnostics.ordered)
    }
}
