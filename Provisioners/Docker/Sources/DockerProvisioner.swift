package import DevenvDiagnostics
import DevenvGuest
package import DevenvHost
package import DevenvModel
package import DevenvPluginAPI

/// Has Docker in the machine pull and build images and run containers: `docker` items.
package struct DockerProvisioner: Provisioner {
    /// `docker`.
    package let kind = "docker"
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
            "docker",
            packages: [
                "apt-get": "docker.io", "dnf": "moby-engine", "apk": "docker", "zypper": "docker", "pacman": "docker",
            ]),
        start: """
            if ! docker info >/dev/null 2>&1; then
                { systemctl start docker || service docker start || rc-service docker start; } >/dev/null 2>&1
                tries=0
                until docker info >/dev/null 2>&1; do
                    tries=$((tries + 1))
                    [ "$tries" -le 30 ] || { echo "devenv: Docker's daemon does not answer" >&2; exit 69; }
                    sleep 1
                done
            fi
            """)
}
