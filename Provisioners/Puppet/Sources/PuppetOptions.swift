import DevenvDiagnostics
import DevenvGuest
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import SystemPackage

/// The options of a `puppet` item, decoded.
struct PuppetOptions {
    /// The manifest, or a directory of them.
    let manifest: Located<String>?
    /// Directories of modules.
    let modules: [Located<String>]
    /// Hiera's configuration, whose data lie beside it.
    let hiera: Located<String>?
    /// Facts of the user's own, secrets by their names.
    let facts: [(name: Located<String>, value: String)]
    /// More arguments for `puppet apply`.
    let arguments: [String]
    /// Whether Puppet is installed where it is missing.
    let installs: Bool
    /// What is wrong with the options by themselves.
    let diagnostics: [Diagnostic]

    /// Decodes the options of an item.
    init(_ item: ProvisionerSpec) {
        var reader = OptionReader(item.options, of: "the puppet options")
        manifest = ProjectPath.read("manifest", &reader)
        modules = ProjectPath.readAll("modules", &reader)
        hiera = ProjectPath.read("hiera", &reader)
        facts = (reader.stringMap("facts") ?? []).map { ($0.key, $0.value.value) }
        arguments = (reader.strings("args", scalars: true) ?? []).map(\.value)
        installs = reader.boolean("install") ?? false
        if manifest == nil, item.options["manifest"] == nil {
            reader.report(.error("a puppet item needs its 'manifest'", at: item.options.location))
        }
        // Facter gets them as variables of the environment
        let plain = Array("abcdefghijklmnopqrstuvwxyz0123456789_")
        for (name, _) in facts where name.value.isEmpty || !name.value.allSatisfy(plain.contains) {
            let form = "lower-case letters, digits and underscores"
            reader.report(.error("'\(name.value)' is no name of a fact: \(form)", at: name.location))
        }
        diagnostics = reader.finish()
    }

    /// What has to be in the project.
    var paths: [Located<String>] { [manifest, hiera].compactMap { $0 } + modules }

    /// The names of the secrets among the facts.
    var secrets: Set<String> {
        OptionValue.secrets(in: OptionTree(.list(facts.map { OptionTree(.string($0.value)) })))
    }

    /// What is sent; Hiera's data lie beside its configuration.
    func files(of project: ProvisionerProject) -> GuestFiles {
        let data = hiera.map { FilePath($0.value).removingLastComponent().string }
        return GuestFiles(
            [manifest, hiera].compactMap(\.?.value) + modules.map(\.value)
                + (data.map { $0.isEmpty ? [] : [$0] } ?? []),
            of: project)
    }

    /// The script that applies the manifest, where the project's files are in the working directory. Status 2 of
    /// puppet-apply(8) with `--detailed-exitcodes` says that something was changed.
    var script: String {
        var words = ["--detailed-exitcodes", "--color=false"].map(ShellWord.quote)
        let places = modules.map { "\"$PWD\"/\(ShellWord.quote($0.value))" }
        if !places.isEmpty { words.append("--modulepath=" + places.joined(separator: ":")) }
        if let hiera { words.append("--hiera_config=\"$PWD\"/\(ShellWord.quote(hiera.value))") }
        words += arguments.map(ShellWord.quote) + ["\"$PWD\"/\(ShellWord.quote(manifest?.value ?? ""))"]
        return """
            export LC_ALL=C.UTF-8
            puppet apply \(words.joined(separator: " "))
            status=$?
            [ "$status" -ne 2 ] || status=0
            exit "$status"
            """
    }
}
