package import DevenvDiagnostics
package import DevenvModel
import DevenvYAML
package import SystemPackage

/// Reads the definition of a box, or everything that is wrong with it.
package enum BoxDefinitionLoader {
    /// What came of it.
    package struct Result: Sendable {
        /// The definition; nil where there is an error.
        package let definition: BoxDefinition?
        /// Everything that is wrong or odd, in the order of the places.
        package let diagnostics: [Diagnostic]
    }

    /// Loads a file. `path` is absolute; `displayName` is its name in messages. Paths in it begin from its directory, and
    /// `HOME` of the environment is what `~/` means; nothing else of the environment plays a part.
    package static func load(_ path: FilePath, displayName: String, home: String? = nil) -> Result {
        let path = path.lexicallyNormalized()
        var scope = scope(path, home)
        guard let source = EnvfileLayers.load(path, name: displayName, at: nil, &scope) else {
            return Result(definition: nil, diagnostics: scope.problems.diagnostics.ordered)
        }
        return load(source, at: path, &scope)
    }

    /// Loads a text as if it were a file of a directory, under the text's own name.
    package static func load(_ source: SourceText, directory: FilePath) -> Result {
        let path = directory.lexicallyNormalized().appending(source.name)
        var scope = scope(path, nil)
        return load(source, at: path, &scope)
    }

    private static func scope(_ path: FilePath, _ home: String?) -> Scope {
        let environment = home.map { ["HOME": $0] } ?? [:]
        var scope = Scope(directory: path.removingLastComponent(), environment: environment, providerNames: [])
        scope.isLiteral = true
        return scope
    }

    private static func load(_ source: SourceText, at path: FilePath, _ scope: inout Scope) -> Result {
        var diagnostics: [Diagnostic] = []
        let root = YAMLReader.read(source, reporting: &diagnostics)
        scope.problems.report(diagnostics)
        guard let root, !root.isNull else {
            if diagnostics.isEmpty { reportEmpty(source, &scope) }
            return Result(definition: nil, diagnostics: scope.problems.diagnostics.ordered)
        }
        let draft = decode(root, named: source.name, &scope)
        let problems = scope.problems.diagnostics
        let definition = problems.hasErrors ? nil : draft?.definition(at: path)
        return Result(definition: definition, diagnostics: problems.ordered)
    }

    private static func decode(
        _ root: YAMLNode, named name: String, _ scope: inout Scope
    ) -> BoxDefinitionKeys.Draft? {
        guard case .mapping = root.content else {
            scope.problems.error("'\(name)' must hold a map such as 'name: team/db'", at: root.location)
            return nil
        }
        var draft = BoxDefinitionKeys.Draft()
        BoxDefinitionKeys.table.decode(root, "the definition", into: &draft, &scope)
        draft.check(root, &scope)
        return draft
    }

    private static func reportEmpty(_ source: SourceText, _ scope: inout Scope) {
        scope.problems.error(
            "'\(source.name)' is empty", at: nil, help: "it needs at least 'name: team/db' and 'base: debian/12'")
    }
}
