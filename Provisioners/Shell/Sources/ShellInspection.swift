import DevenvDiagnostics
import DevenvPluginAPI

/// What a look at the project finds wrong with decoded options: the script's file, its first line, names of secrets.
struct ShellInspection {
    /// The options.
    let options: ShellOptions
    /// The project that they belong to.
    let project: ProvisionerProject

    /// Everything that is wrong.
    var diagnostics: [Diagnostic] { secretDiagnostics + scriptDiagnostics }

    private var secretDiagnostics: [Diagnostic] {
        (options.arguments + options.environment.map(\.value)).compactMap { value in
            guard let name = value.value.secretName, !project.secretNames.contains(name) else { return nil }
            // word for word what the reader of the Envfile says where it knows of the secret, so that it shows once
            let help = Suggestion.help(for: name, among: project.secretNames) ?? "declare it under 'secrets'"
            return .error("there is no secret '\(name)'", at: value.location, help: help)
        }
    }

    private var scriptDiagnostics: [Diagnostic] {
        guard let script = options.script else { return [] }
        switch script.value {
        case .download: return []
        case .inline(let text): return firstLineDiagnostics(Array(text.utf8), "the script", script.location)
        case .file(let path):
            do throws(ProvisionerError) {
                let content = try ScriptSource.read(path, in: project)
                return firstLineDiagnostics(content, "'\(path)'", script.location)
            } catch {
                return [.error(error.message, at: script.location, help: error.help)]
            }
        }
    }

    private func firstLineDiagnostics(_ content: [UInt8], _ what: String, _ location: SourceLocation?) -> [Diagnostic] {
        let line = Shebang(content)
        var found: [Diagnostic] = []
        if line.endsInCarriageReturn, line.interpreter != nil || options.interpreter == nil {
            let reason =
                line.interpreter.map { "the machine would look for '\($0)\\r'" } ?? "the shell would trip over it"
            let help = "save it with line endings LF, for example with dos2unix"
            found.append(.error("\(what) has lines that end in CR LF: \(reason)", at: location, help: help))
        }
        if line.interpreter == "" { found.append(.error("the first line of \(what) names no program", at: location)) }
        if let own = line.interpreter, !own.isEmpty, options.interpreter != nil {
            let message = "'interpreter' is not used: \(what) names its own in its first line, '\(own)'"
            found.append(.warning(message, at: options.interpreterLocation))
        }
        return found
    }
}
