package import DevenvDiagnostics
import DevenvGuest
package import DevenvHost
package import DevenvModel
package import DevenvPluginAPI

/// Has Podman in the machine pull and build images and run containers: `podman` items.
package struct PodmanProvisioner: Provisioner {
    /// `podman`.
    package let kind = "podman"
    private let tools: any ToolRunner

    /// Makes a provisioner.
    package init(tools: any ToolRunner = SystemToolRunner()) { self.tools = tools }

    /// What is wrong with the options, and directories that are missing.
    package func validate(_ item: ProvisionerSpec, in project: ProvisionerProject) -> [Diagnostic] {
        let options = EngineOptions(item)
        return options.diagnostics + options.missing(in: project)
    }

    /// The names behind `secret:` in the containers' environments.
    package func secrets(usedBy item: ProvisionerSpec) -> Set<String> { EngineOptions(item).secrets }

    /// The parts `image …`, `container …` and `options`.
    package func fingerprint(_ item: ProvisionerSpec, in project: ProvisionerProject) async throws(ProvisionerError)
        -> ProvisionerFingerprint
    {
        try await EngineTask.checked(item).fingerprint(in: project)
    }

    /// Pulls and builds images and runs containers. What is as it should be is left alone.
    package func run(_ item: ProvisionerSpec, on communicator: any Communicator, context: ProvisionerContext)
        async throws(ProvisionerError)
    {
        try await Self.engine.run(item, on: communicator, context: context, tools: tools)
    }

    private static let engine = EngineTask(
        GuestNeed(
            "podman",
            packages: [
                "apt-get": "podman", "dnf": "podman", "apk": "podman", "zypper": "podman", "pacman": "podman",
            ]))
}
