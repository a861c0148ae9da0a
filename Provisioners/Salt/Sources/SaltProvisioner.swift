package import DevenvDiagnostics
import DevenvGuest
package import DevenvHost
package import DevenvModel
package import DevenvPluginAPI

/// Applies Salt's states in the machine, without a master: `salt` items.
package struct SaltProvisioner: Provisioner {
    /// `salt`.
    package let kind = "salt"
    private let tools: any ToolRunner

    /// Makes a provisioner.
    package init(tools: any ToolRunner = SystemToolRunner()) { self.tools = tools }

    /// What is wrong with the options, and directories that are missing.
    package func validate(_ item: ProvisionerSpec, in project: ProvisionerProject) -> [Diagnostic] {
        let options = SaltOptions(item)
        return options.diagnostics + ProjectPath.missing(options.paths, in: project)
    }

    /// The names behind `secret:` in the data.
    package func secrets(usedBy item: ProvisionerSpec) -> Set<String> {
        OptionValue.secrets(in: SaltOptions(item).data)
    }

    /// What is sent by its paths, `data` and `options`.
    package func fingerprint(_ item: ProvisionerSpec, in project: ProvisionerProject) async throws(ProvisionerError)
        -> ProvisionerFingerprint
    {
        let options = try Self.checked(item)
        var parts = try await GuestFiles(options.paths.map(\.value), of: project).digests()
        let data = if let data = options.data { try OptionValue.json(data, nil) } else { "" }
        parts["data"] = TreeDigest.digest(of: [data])
        parts["options"] = TreeDigest.digest(of: ["\(options.states.count)"] + options.states + options.arguments)
        return ProvisionerFingerprint(parts: parts)
    }

    /// Sends states and pillar, applies them as root, and removes them again.
    package func run(_ item: ProvisionerSpec, on communicator: any Communicator, context: ProvisionerContext)
        async throws(ProvisionerError)
    {
        let options = try Self.checked(item)
        let files = GuestFiles(options.paths.map(\.value), of: context.project)
        var task = GuestTask(item, script: options.script(of: context.machine.rawValue), files: files)
        if let data = options.data { task.privateFiles = [("data.json", try OptionValue.json(data, context))] }
        task.needs = [GuestNeed("salt-call", packages: [:])]
        try await task.run(on: communicator, context: context, tools: tools)
    }

    private static func checked(_ item: ProvisionerSpec) throws(ProvisionerError) -> SaltOptions {
        let options = SaltOptions(item)
        try item.requireNoMistake(in: options.diagnostics)
        return options
    }
}
