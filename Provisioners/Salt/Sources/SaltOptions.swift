import DevenvDiagnostics
import DevenvGuest
import DevenvHost
import DevenvModel
import DevenvPluginAPI

/// The options of a `salt` item, decoded.
struct SaltOptions {
    /// The directory of the states.
    let root: Located<String>?
    /// The directory of the pillar.
    let pillar: Located<String>?
    /// The states that are applied; none for what `top.sls` says.
    let states: [String]
    /// More of the pillar, with secrets by their names.
    let data: OptionTree?
    /// More arguments for `salt-call`.
    let arguments: [String]
    /// What is wrong with the options by themselves.
    let diagnostics: [Diagnostic]

    /// Decodes the options of an item.
    init(_ item: ProvisionerSpec) {
        var reader = OptionReader(item.options, of: "the salt options")
        root = ProjectPath.read("states", &reader)
        pillar = ProjectPath.read("pillar", &reader)
        states = (reader.strings("apply") ?? []).map(\.value)
        data = reader.tree("data")
        arguments = (reader.strings("args", scalars: true) ?? []).map(\.value)
        if root == nil, item.options["states"] == nil {
            reader.report(.error("a salt item needs its 'states'", at: item.options.location))
        }
        if let data {
            if case .map = data.value {
            } else {
                reader.report(.error("'data' must be a map, not \(data.kind)", at: data.location))
            }
        }
        diagnostics = reader.finish()
    }

    /// What has to be in the project.
    var paths: [Located<String>] { [root, pillar].compactMap { $0 } }

    /// The script that applies the states, where the project's files are in the working directory. The minion's configuration names
    /// places that are only known there.
    func script(of minion: String) -> String {
        var lines = [Self.line("file_client: local"), Self.line("id: \(OptionValue.quoted(minion))")]
        lines += [("file_roots", root), ("pillar_roots", pillar)].compactMap { key, path in
            path.map { path in
                // a path within JSON's quotes
                let inner = String(OptionValue.quoted(path.value).dropFirst().dropLast())
                return "\"\(key): {\\\"base\\\": [\\\"$PWD/\"\(ShellWord.quote(inner))\"\\\"]}\""
            }
        }
        if data != nil { lines.append("\"ext_pillar: [{cmd_json: \\\"cat $devenv_place/data.json\\\"}]\"") }
        let words = arguments + ["state.apply"] + (states.isEmpty ? [] : [states.joined(separator: ",")])
        return """
            devenv_place=$(cd .. && pwd) || exit
            export LC_ALL=C.UTF-8
            printf '%s\\n' \(lines.joined(separator: " ")) >"$devenv_place/minion"
            salt-call --local --retcode-passthrough --no-color --log-level=warning --config-dir "$devenv_place" \
            \(words.map(ShellWord.quote).joined(separator: " "))
            """
    }

    private static func line(_ text: String) -> String { ShellWord.quote(text) }
}
