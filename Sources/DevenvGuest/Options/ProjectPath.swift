package import DevenvDiagnostics
import DevenvHost
import DevenvModel
package import DevenvPluginAPI
import SystemPackage

/// Paths of options that name what is in the project's directory.
package enum ProjectPath {
    /// A path of the project, without `.`, `..` and a slash at its end; reports one that leads out of the project's directory.
    package static func read(_ key: String, _ reader: inout OptionReader) -> Located<String>? {
        reader.string(key).flatMap { checked($0, key, &reader) }
    }

    /// Several, or one.
    package static func readAll(_ key: String, _ reader: inout OptionReader) -> [Located<String>] {
        (reader.strings(key) ?? []).compactMap { checked($0, key, &reader) }
    }

    /// A path of the project, nil where it leads out of it, which is reported.
    static func checked(
        _ text: Located<String>, _ key: String, _ reader: inout OptionReader
    ) -> Located<String>? {
        let path = FilePath(text.value).lexicallyNormalized()
        let isInside = !path.isAbsolute && path.components.first != ".." && !text.value.isEmpty
        guard isInside, !text.value.utf8.contains(0) else {
            reader.report(
                .error(
                    "'\(key)' takes a path in the project's directory, not '\(text.value)'", at: text.location,
                    help: "it starts from the Envfile's directory"))
            return nil
        }
        return Located(path.isEmpty ? "." : path.string, at: text.location)
    }

    /// What is wrong with paths that must be there.
    package static func missing(_ paths: [Located<String>], in project: ProvisionerProject) -> [Diagnostic] {
        paths.filter { !HostFiles.exists(project.directory.pushing(FilePath($0.value))) }.map { path in
            .error(
                "there is no '\(path.value)'", at: path.location,
                help: "the path starts from the Envfile's directory, \(project.directory)")
        }
    }
}
