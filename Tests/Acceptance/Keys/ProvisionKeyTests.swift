import DevenvHost
import DevenvTestSupport
import Testing

/// When provisioners run, in which order, and for how long.
@Suite(.tags(.large), .requiresRoot, .requires(tool: "runc", "mmdebstrap", "nft", "ip", "rsync", "ssh"))
struct ProvisionKeyTests {
    static let envfile = """
        version: 1
        machines:
          one:
            box: $BOX
            provision:
              - { name: app, depends: [tool, base], shell: echo app >> /srv/log }
              - { name: base, run: once, shell: { path: base.sh } }
              - { name: tool, run: never, shell: echo tool >> /srv/log }
              - { name: each, run: always, shell: echo each >> /srv/log }
              - { name: other, run: never, shell: echo other >> /srv/log }

        """

    static let slow = "      - { name: slow, timeout: 1s, shell: sleep 4711 }\n"

    /// What has run, one word each.
    private func log(_ project: AcceptanceProject) async throws -> String {
        try await project.said("tr '\\n' ' ' < /srv/log")
    }

    @Test func aProvisionerWaitsForTheOneItDependsOnAndRunsWhenItsPolicySays() async throws {
        try await AcceptanceProject.with(Self.envfile, files: ["base.sh": "echo base >> /srv/log\n"]) { project in
            try await project.expect("up")
            var log = "tool base app each "
            #expect(try await self.log(project) == log)
            try project.write("echo another base >> /srv/log\n", to: "base.sh")
            try await project.expect("up")
            log += "each "
            #expect(try await self.log(project) == log, "what runs once does not run for a change")
            try await project.expect("provision")
            log += "another base app each "
            #expect(try await self.log(project) == log)
            try await project.expect("provision", "--provision-with", "other")
            #expect(try await self.log(project) == log + "other ")
        }
    }

    @Test func aScriptThatTakesTooLongIsEndedInTheMachineToo() async throws {
        try await AcceptanceProject.with(Self.envfile + Self.slow, files: ["base.sh": "true\n"]) { project in
            try await project.expectUpFails(saying: "running 'slow': out of time after 1.0 s")
            try await eventually("the script is gone from the machine") {
                try await project.devenv("ssh", "-c", "! pgrep -x sleep").status == 0
            }
        }
    }
}
