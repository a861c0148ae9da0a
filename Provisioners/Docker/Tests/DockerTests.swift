import DevenvHost
import DevenvTestSupport
import DockerProvisioner
import SystemPackage
import Testing

/// The real Docker, run on this host as it is in a machine, with a daemon of the test's own that touches no firewall. Debian's package
/// starts one that does, so that the tests don't ask for it: this one runs where there is one.
@Suite(.requiresRoot, .enabled(if: Requirement.find("dockerd") != nil, "needs dockerd, which is not installed"))
struct DockerTests {
    @Test(.requires(tool: "busybox", "tar", "docker-registry"))
    func containersAreMadeLeftAloneMadeAnewAndRemoved() async throws {
        try await TemporaryDirectory.with { directory in
            let place = directory.path
            let socket = "unix://\(place)/docker.sock"
            let words = [
                "--iptables=false", "--ip6tables=false", "--bridge=none", "--storage-driver=vfs",
                "--data-root=\(place)/data", "--exec-root=\(place)/exec", "--pidfile=\(place)/pid", "--host=\(socket)",
            ]
            let daemon = ToolInvocation(
                "dockerd", words, output: .file(place.appending("log")), timeout: .seconds(300))
            // Debian's client, whatever else is called so
            let environment = ["DOCKER_HOST": socket, "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"]
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { _ = try await SystemToolRunner().run(daemon) }
                defer { group.cancelAll() }
                try await eventually("the daemon listens") {
                    try directory.read("log")?.contains("API listen on") == true
                }
                let project = try HostedProject(
                    in: directory, environment: environment, secrets: EngineScenario.secrets)
                try await RegistryServer.with { registry in
                    let scenario = EngineScenario(
                        DockerProvisioner(), in: project, with: registry, environment: environment)
                    try await scenario.carryOut()
                }
            }
        }
    }
}
