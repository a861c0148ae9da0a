package import DevenvDiagnostics
import DevenvGuest
package import DevenvHost
package import DevenvModel
package import DevenvPluginAPI
import SystemPackage

/// Runs playbooks of this host's Ansible against machines: `ansible` items.
package struct AnsibleProvisioner: Provisioner {
    /// `ansible`.
    package let kind = "ansible"
    private let directories: HostDirectories

    /// Makes a provisioner.
    package init(directories: HostDirectories) { self.directories = directories }

    /// What is wrong with the options, and files that are missing.
    package func validate(_ item: ProvisionerSpec, in project: ProvisionerProject) -> [Diagnostic] {
        let options = AnsibleOptions(item)
        return options.diagnostics + options.playbook.missing(in: project)
    }

    /// The names behind `secret:` in variables and in the vault's password.
    package func secrets(usedBy item: ProvisionerSpec) -> Set<String> { AnsibleOptions(item).playbook.secrets }

    /// The parts `playbook …`, what belongs to it by its path, `variables`, `options` and `groups`.
    package func fingerprint(_ item: ProvisionerSpec, in project: ProvisionerProject) async throws(ProvisionerError)
        -> ProvisionerFingerprint
    {
        let options = try Self.checked(item)
        return try await options.playbook.fingerprint([options.limit ?? "", "\(options.becomesRoot)"], in: project)
    }

    /// Runs the playbook; Ansible reaches the machines as `devenv ssh` does. Its output arrives as one stream.
    package func run(_ item: ProvisionerSpec, on communicator: any Communicator, context: ProvisionerContext)
        async throws(ProvisionerError)
    {
        let options = try Self.checked(item)
        guard ToolPath.find("ansible-playbook") != nil else {
            throw ProvisionerError(
                "running '\(item.name.value)': 'ansible-playbook' is not installed on this host",
                help: "install Ansible, on Debian: apt-get install ansible-core")
        }
        let place = try PrivatePlace(below: directories.runtime.appending("ansible"))
        defer { place.remove() }
        for (name, content) in try options.playbook.privateFiles(context) { try place.write(content, to: name) }
        let endpoints = try await context.endpoints()
        let configuration = endpoints.sorted { $0.key.rawValue < $1.key.rawValue }.map { name, endpoint in
            SSHConfigBlock.render(name.rawValue, SSHClientOptions(endpoint: endpoint))
        }
        try place.write(configuration.joined(separator: "\n"), to: "ssh_config")
        let login = "-F \(ShellWord.quote(place.path.appending("ssh_config").string))"
        let variables = endpoints.mapValues { _ in [("ansible_ssh_common_args", login)] }
        try place.write(AnsibleInventory.text(of: context.project, variables: variables), to: "inventory.json")
        let call = AnsibleCall(options: options, place: place.path, project: context.project, machine: context.machine)
        try await AnsibleRun(item: item, call: call.invocation, output: context.output).carryOut()
    }

    private static func checked(_ item: ProvisionerSpec) throws(ProvisionerError) -> AnsibleOptions {
        let options = AnsibleOptions(item)
        try item.requireNoMistake(in: options.diagnostics)
        return options
    }
}
