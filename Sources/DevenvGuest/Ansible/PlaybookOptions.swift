package import DevenvDiagnostics
import DevenvHost
package import DevenvModel
package import DevenvPluginAPI
import SystemPackage

/// What is said of a playbook, wherever Ansible runs.
package struct PlaybookOptions: Sendable {
    /// The playbook.
    package let playbook: Located<String>?
    /// The directory that belongs to it, where one is named.
    package let directory: Located<String>?
    private let variables: OptionTree?
    private let vaultPassword: Located<String>?
    private let tags: [String]
    private let skippedTags: [String]
    private let verbosity: Int
    private let arguments: [String]

    /// Reads the keys that are about a playbook.
    package init(_ reader: inout OptionReader, of item: ProvisionerSpec) {
        playbook = ProjectPath.read("playbook", &reader)
        directory = ProjectPath.read("directory", &reader)
        variables = reader.tree("extra_vars")
        vaultPassword = reader.string("vault_password")
        tags = (reader.strings("tags") ?? []).map(\.value)
        skippedTags = (reader.strings("skip_tags") ?? []).map(\.value)
        verbosity = reader.integer("verbose", in: 0...4) ?? 0
        arguments = (reader.strings("args", scalars: true) ?? []).map(\.value)
        check(item, &reader)
    }

    private func check(_ item: ProvisionerSpec, _ reader: inout OptionReader) {
        if let variables {
            if case .map = variables.value {
            } else {
                reader.report(.error("'extra_vars' must be a map, not \(variables.kind)", at: variables.location))
            }
        }
        guard let playbook else {
            guard item.options["playbook"] == nil else { return }
            return reader.report(.error("an item of Ansible needs its 'playbook'", at: item.options.location))
        }
        if let directory, directory.value != ".", !playbook.value.hasPrefix(directory.value + "/") {
            reader.report(
                .error("the playbook '\(playbook.value)' is not in '\(directory.value)'", at: directory.location))
        }
    }

    /// The names of the secrets that are used.
    package var secrets: Set<String> {
        OptionValue.secrets(in: variables)
            .union(OptionValue.secrets(in: vaultPassword.map { OptionTree(.string($0.value)) }))
    }

    /// What is missing in the project.
    package func missing(in project: ProvisionerProject) -> [Diagnostic] {
        ProjectPath.missing([playbook, directory].compactMap { $0 }, in: project)
    }

    /// The files that hold what no command line shows: variables, and the password of a vault.
    package func privateFiles(
        _ context: ProvisionerContext
    ) throws(ProvisionerError) -> [(name: String, content: String)] {
        var files: [(name: String, content: String)] = []
        if let variables { files.append(("variables.json", try OptionValue.json(variables, context))) }
        if let vaultPassword {
            files.append(("vault-password", try OptionValue.text(vaultPassword.value, context) + "\n"))
        }
        return files
    }

    /// The arguments of ansible-playbook(1), whose private files are in this directory and whose playbook is at that path.
    package func words(privateFiles place: String, playbook path: String) -> [String] {
        var words = ["--inventory", "\(place)/inventory.json"]
        if variables != nil { words += ["--extra-vars", "@\(place)/variables.json"] }
        if vaultPassword != nil { words += ["--vault-password-file", "\(place)/vault-password"] }
        if !tags.isEmpty { words += ["--tags", tags.joined(separator: ",")] }
        if !skippedTags.isEmpty { words += ["--skip-tags", skippedTags.joined(separator: ",")] }
        if verbosity > 0 { words.append("-" + String(repeating: "v", count: verbosity)) }
        return words + arguments + ["--", path]
    }

    /// What a run rests on: the playbook, what belongs to it, variables, options, and who is in which group.
    package func fingerprint(_ further: [String], in project: ProvisionerProject)
        async throws(ProvisionerError) -> ProvisionerFingerprint
    {
        let files = PlaybookFiles(self, in: project)
        var parts = try await files.digests()
        let written = if let variables { try OptionValue.json(variables, nil) } else { "" }
        parts["variables"] = TreeDigest.digest(of: [written])
        let options = [tags, skippedTags, ["\(verbosity)", vaultPassword?.value ?? ""], arguments, further]
        parts["options"] = TreeDigest.digest(of: options.flatMap { ["\($0.count)"] + $0 })
        parts["groups"] = TreeDigest.digest(of: project.machines.flatMap { [$0.name.rawValue] + $0.groups.sorted() })
        return ProvisionerFingerprint(parts: parts)
    }
}
