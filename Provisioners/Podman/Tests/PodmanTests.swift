import DevenvDiagnostics
import DevenvHost
import DevenvPluginAPI
import DevenvTestSupport
import PodmanProvisioner
import SystemPackage
import Testing

/// The real Podman, run on this host as it is in a machine, with a storage of the test's own.
@Suite(.requiresRoot, .requires(tool: "podman", "busybox", "tar"))
struct PodmanTests {
    @Test(.requires(tool: "docker-registry"))
    func containersAreMadeLeftAloneMadeAnewAndRemoved() async throws {
        try await RegistryServer.with { registry in
            try await TemporaryDirectory.with { directory in
                let environment = try Self.environment(in: directory, registry)
                let project = try HostedProject(
                    in: directory, environment: environment, secrets: EngineScenario.secrets)
                let scenario = EngineScenario(
                    PodmanProvisioner(), in: project, with: registry, environment: environment)
                try await scenario.carryOut()
            }
        }
    }

    private static func environment(
        in directory: TemporaryDirectory, _ registry: RegistryServer
    ) throws -> [String: String] {
        let place = directory.path
        let storage = "[storage]\ndriver = \"vfs\"\nrunroot = \"\(place)/run\"\ngraphroot = \"\(place)/graph\"\n"
        // its own limits are above what hosts without CAP_SYS_RESOURCE can set
        let limits =
            "[containers]\ndefault_ulimits = [\"nofile=1024:1024\", \"nproc=1000:1000\"]\n"
            // crun, where it is installed, goes before runc, and refuses hosts with both versions of control groups
            + "[engine]\nruntime = \"runc\"\n"
        let registries = "[[registry]]\nlocation = \"\(registry.host)\"\ninsecure = true\n"
        return [
            "CONTAINERS_STORAGE_CONF": try directory.write(storage, to: "storage.conf").string,
            "CONTAINERS_CONF": try directory.write(limits, to: "containers.conf").string,
            "CONTAINERS_REGISTRIES_CONF": try directory.write(registries, to: "registries.conf").string,
        ]
    }

    @Test func whatIsWrongIsSaid() {
        let item = HostedProject.item(
            "podman", ["build": ["a": "/etc"], "containers": ["-x": ["imag": "y"], "web": ["image": "z"]], "run": "x"])
        let project = ProvisionerProject(directory: "/nonexistent", secretNames: [])
        #expect(
            PodmanProvisioner().validate(item, in: project).map(\.message) == [
                "'build' takes a path in the project's directory, not '/etc'", "'-x' is no name of a container",
                "the container '-x' needs its 'image'", "the options of the container '-x' have no key 'imag'",
                "the podman options have no key 'run'",
            ])
    }
}
