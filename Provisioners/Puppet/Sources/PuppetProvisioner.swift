package import DevenvDiagnostics
import DevenvGuest
package import DevenvHost
package import DevenvModel
package import DevenvPluginAPI

/// Applies Puppet's manifests in the machine, without a server: `puppet` items.
package struct PuppetProvisioner: Provisioner {
    /// `puppet`.
    package let kind = "puppet"
    private let tools: any ToolRunner

    /// Makes a provisioner.
    package init(tools: any ToolRunner = SystemToolRunner()) { self.tools = tools }

    /// What is wrong with the options, and files that are missing.
    package func validate(_ item: ProvisionerSpec, in project: ProvisionerProject) -> [Diagnostic] {
        let options = PuppetOptions(item)
        return options.diagnostics + ProjectPath.missing(options.paths, in: project)
    }

    /// The names behind `secret:` in the facts.
    package func secrets(usedBy item: ProvisionerSpec) -> Set<String> { PuppetOptions(item).secrets }

    /// What is sent by its paths, `facts` and `options`.
    package func fingerprint(_ item: ProvisionerSpec, in project: ProvisionerProject) async throws(ProvisionerError)
        -> ProvisionerFingerprint
    {
        let options = try Self.checked(item)
        var parts = try await options.files(of: project).digests()
        let facts = options.facts.sorted { $0.name.value < $1.name.value }
        parts["facts"] = TreeDigest.digest(of: facts.flatMap { [$0.name.value, $0.value] })
        parts["options"] = TreeDigest.digest(of: [options.script, "\(options.installs)"])
        return ProvisionerFingerprint(parts: parts)
    }

    /// Sends the manifest with its modules and data, applies it as root, and removes them again.
    package func run(_ item: ProvisionerSpec, on communicator: any Communicator, context: ProvisionerContext)
        async throws(ProvisionerError)
    {
        let options = try Self.checked(item)
        var task = GuestTask(item, script: options.script, files: options.files(of: context.project))
        for (name, value) in options.facts {
            task.environment.append(("FACTER_\(name.value)", try OptionValue.text(value, context)))
        }
        task.needs = [Self.need]
        task.installs = options.installs
        try await task.run(on: communicator, context: context, tools: tools)
    }

    private static let need = GuestNeed(
        "puppet", packages: ["apt-get": "puppet-agent", "dnf": "puppet", "pacman": "puppet"])

    private static func checked(_ item: ProvisionerSpec) throws(ProvisionerError) -> PuppetOptions {
        let options = PuppetOptions(item)
        try item.requireNoMistake(in: options.diagnostics)
        return options
    }
}
