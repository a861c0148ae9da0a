package import DevenvDiagnostics
import DevenvGuest
package import DevenvHost
package import DevenvModel
package import DevenvPluginAPI
import SystemPackage

/// Runs playbooks in the machine itself, by an Ansible that is installed there: `ansible_local` items.
package struct AnsibleLocalProvisioner: Provisioner {
    /// `ansible_local`.
    package let kind = "ansible_local"
    private let tools: any ToolRunner

    /// Makes a provisioner.
    package init(tools: any ToolRunner = SystemToolRunner()) { self.tools = tools }

    /// What is wrong with the options, and files that are missing.
    package func validate(_ item: ProvisionerSpec, in project: ProvisionerProject) -> [Diagnostic] {
        let options = AnsibleLocalOptions(item)
        return options.diagnostics + options.playbook.missing(in: project)
    }

    /// The names behind `secret:` in variables and in the vault's password.
    package func secrets(usedBy item: ProvisionerSpec) -> Set<String> { AnsibleLocalOptions(item).playbook.secrets }

    /// The parts `playbook …`, what belongs to it by its path, `variables`, `options` and `groups`.
    package func fingerprint(_ item: ProvisionerSpec, in project: ProvisionerProject) async throws(ProvisionerError)
        -> ProvisionerFingerprint
    {
        let options = try Self.checked(item)
        return try await options.playbook.fingerprint(["\(options.installs)"], in: project)
    }

    /// Sends the playbook and what belongs to it, runs it as root, and removes it again.
    package func run(_ item: ProvisionerSpec, on communicator: any Communicator, context: ProvisionerContext)
        async throws(ProvisionerError)
    {
        let options = try Self.checked(item)
        let path = options.playbook.playbook?.value ?? ""
        let words = options.playbook.words(privateFiles: "$devenv_place", playbook: path)
        var task = GuestTask(
            item, script: Self.script(words), files: PlaybookFiles(options.playbook, in: context.project).sent)
        let variables = [context.machine: [("ansible_connection", "local")]]
        let inventory = AnsibleInventory.text(of: context.project, variables: variables)
        task.privateFiles = [("inventory.json", inventory)] + (try options.playbook.privateFiles(context))
        task.needs = [Self.need]
        task.installs = options.installs
        try await task.run(on: communicator, context: context, tools: tools)
    }

    /// Ansible without its collections, which all of these call by the same name.
    static let need = GuestNeed(
        "ansible-playbook",
        packages: [
            "apt-get": "ansible-core", "dnf": "ansible-core", "apk": "ansible-core", "zypper": "ansible-core",
            "pacman": "ansible-core",
        ])

    /// The place of the private files is only known there.
    static func script(_ words: [String]) -> String {
        let quoted = words.map { word in
            word.split(separator: "$devenv_place", omittingEmptySubsequences: false).map { ShellWord.quote(String($0)) }
                .joined(separator: "\"$devenv_place\"")
        }
        return """
            devenv_place=$(cd .. && pwd) || exit
            export LC_ALL=C.UTF-8 PYTHONUNBUFFERED=1 ANSIBLE_NOCOLOR=1 ANSIBLE_RETRY_FILES_ENABLED=False
            export ANSIBLE_LOCAL_TEMP="$devenv_place/local" ANSIBLE_REMOTE_TEMP="$devenv_place/remote"
            ansible-playbook \(quoted.joined(separator: " "))
            """
    }

    private static func checked(_ item: ProvisionerSpec) throws(ProvisionerError) -> AnsibleLocalOptions {
        let options = AnsibleLocalOptions(item)
        try item.requireNoMistake(in: options.diagnostics)
        return options
    }
}

/// The options of an `ansible_local` item, decoded.
struct AnsibleLocalOptions {
    /// What is said of the playbook.
    let playbook: PlaybookOptions
    /// Whether Ansible is installed where it is missing.
    let installs: Bool
    /// What is wrong with the options by themselves.
    let diagnostics: [Diagnostic]

    /// Decodes the options of an item.
    init(_ item: ProvisionerSpec) {
        var reader = OptionReader(item.options, of: "the ansible_local options")
        playbook = PlaybookOptions(&reader, of: item)
        installs = reader.boolean("install") ?? false
        diagnostics = reader.finish()
    }
}
