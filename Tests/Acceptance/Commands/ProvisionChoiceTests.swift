import DevenvHost
import DevenvTestSupport
import Testing

/// Which provisioners run is what the command line says.
@Suite(.tags(.large), .requiresRoot, .requires(tool: "runc", "mmdebstrap", "nft", "ip", "rsync", "ssh"))
struct ProvisionChoiceTests {
    private static let envfile = """
        version: 1
        defaults: { box: $BOX }
        machines:
          one:
            provision:
              - { name: first, shell: printf 1 >> /srv/log }
              - { name: second, shell: printf 2 >> /srv/log }
        """

    /// What has run so far.
    private static func log(_ project: AcceptanceProject) async throws -> String {
        try await project.expect("ssh", "one", "-c", "cat /srv/log").text
    }

    /// When the machine was started, by its first process.
    private static func start(_ project: AcceptanceProject) async throws -> String {
        try await project.expect("ssh", "one", "-c", "cut -d' ' -f22 /proc/1/stat").text
    }

    @Test func onlyThoseRunThatAreNamed() async throws {
        try await AcceptanceProject.with(Self.envfile) { project in
            let none = try await project.expect("plan", "--no-provision", status: 10).text
            #expect(none.contains("start") && !none.contains("provision"), "\(none)")
            let some = try await project.expect("plan", "--provision-with", "second", status: 10).text
            #expect(some.contains("provision second") && !some.contains("provision first"), "\(some)")
            try await project.expect("up", "--provision-with", "second")
            #expect(try await Self.log(project) == "2")
            try await project.expect("up", "--no-provision")
            #expect(try await Self.log(project) == "2")
            try await project.expect("up")
            #expect(try await Self.log(project) == "21", "what has run has run")
            try await project.expect("up", "--provision-with", "second")
            #expect(try await Self.log(project) == "212", "also one that has not changed")
            try await project.expect("provision", "--provision-with", "first")
            try await project.expect("provision", "--provision-with", "second,first")
            #expect(try await Self.log(project) == "212112", "in the Envfile's order")
            try await project.expect("provision")
            #expect(try await Self.log(project) == "21211212")
            try await project.expect("up", "--no-provision", "--provision-with", "first", status: 64)
        }
    }

    @Test func aReloadProvisionsAsItIsTold() async throws {
        try await AcceptanceProject.with(Self.envfile) { project in
            try await project.expect("up", "--no-provision")
            let start = try await Self.start(project)
            try await project.expect("reload", "--no-provision")
            let next = try await Self.start(project)
            #expect(next != start, "it was started again")
            try await project.expect("ssh", "one", "-c", "cat /srv/log", status: 1)
            try await project.expect("reload", "--provision-with", "first")
            #expect(try await Self.log(project) == "1")
            #expect(try await Self.start(project) != next)
        }
    }
}
