import DevenvHost
import DevenvTestSupport
import SystemPackage
import Testing

/// How a machine is logged in to.
@Suite(
    .tags(.large), .requiresRoot,
    .requires(tool: "runc", "mmdebstrap", "nft", "ip", "rsync", "ssh", "ssh-keygen", "ssh-agent", "ssh-add"))
struct AccessKeyTests {
    static let envfile = """
        version: 1
        machines:
          one:
            box: $BOX
            ssh: { user: root, port: 2222, key: keys/own, forward_agent: true, config: ssh_config }
            sync: [src:/srv/app]
            provision: [{ name: who, shell: { inline: "id -un > /srv/who", privileged: false } }]
        """

    @Test func theUserThePortTheKeyAndTheConfigurationAreThoseOfTheEnvfile() async throws {
        try await with { project in
            try await project.expect("up")
            let login = try await project.said("id -un; echo \"$SSH_CONNECTION\" | cut -d' ' -f4; echo \"$LC_FROM\"")
            #expect(login == "root\n2222\nthe-file\n")
            let others = try await project.said("cat /srv/who; stat -c %U /srv/app/page")
            #expect(others == "root\nroot\n", "folders and scripts come the same way")
            let config = try await project.expect("ssh-config").text
            let key = project.directory.appending("keys").appending("own")
            for line in ["User root", "Port 2222", "IdentityFile \(key)", "ForwardAgent yes"] {
                #expect(config.contains("  \(line)\n"), "\(config)")
            }
            try HostFiles.remove(key)
            try await project.expect("ssh", "-c", "true", status: 255)
        }
    }

    @Test func theAgentIsForwardedWhereTheEnvfileSaysSo() async throws {
        try await with { project in
            try await project.expect("up")
            try await Self.withAgent(in: project) { environment in
                let ask = "ssh-add -l || true"
                let lent = try await project.expect("ssh", "-c", ask, environment: environment).text
                #expect(lent.contains("lent by a test"), "\(lent)")
                try project.write(
                    Self.envfile.replacing("forward_agent: true", with: "forward_agent: false"), to: "Envfile")
                let kept = try await project.expect("ssh", "-c", ask, environment: environment).text
                #expect(!kept.contains("lent by a test"), "\(kept)")
            }
        }
    }

    private func with(_ body: @Sendable (AcceptanceProject) async throws -> Void) async throws {
        let files = ["ssh_config": "SetEnv LC_FROM=the-file\n", "src/page": "x"]
        try await AcceptanceProject.with(Self.envfile, files: files) { project in
            try HostFiles.makeDirectory(project.directory.appending("keys"))
            for name in ["own", "lent"] {
                let file = project.directory.appending("keys").appending(name).string
                try await Self.tool(
                    "ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "\(name) by a test", "-f", file])
            }
            try await body(project)
        }
    }

    /// Runs a body beside an agent of its own that has a key.
    private static func withAgent(
        in project: AcceptanceProject, _ body: ([String: String]) async throws -> Void
    ) async throws {
        let socket = project.directory.appending("agent").string
        let environment = ["SSH_AUTH_SOCK": socket]
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { _ = try await SystemToolRunner().run(ToolInvocation("ssh-agent", ["-D", "-a", socket])) }
            defer { group.cancelAll() }
            try await eventually("the agent listens") { HostFiles.exists(FilePath(socket)) }
            try await tool("ssh-add", ["-q", project.directory.string + "/keys/lent"], environment)
            try await body(environment)
        }
    }

    private static func tool(
        _ name: String, _ arguments: [String], _ environment: [String: String] = [:]
    ) async throws {
        let outcome = try await SystemToolRunner().run(
            ToolInvocation(name, arguments, environment: environment, timeout: .seconds(60)))
        try #require(outcome.status == 0, "\(name): \(outcome.complaint)")
    }
}
