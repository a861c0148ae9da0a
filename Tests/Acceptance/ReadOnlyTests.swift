import DevenvHost
import DevenvTestSupport
import SystemPackage
import Testing

/// Places that can't be written to, by root neither: mounted read-only, for one command only.
@Suite(
    .tags(.large), .requiresRoot, .requires(tool: "runc", "mmdebstrap", "nft", "ip", "rsync", "ssh", "unshare", "mount")
)
struct ReadOnlyTests {
    private static let envfile = """
        version: 1
        defaults: { box: $BOX }
        machines: { one: { forward: [{ host: 28290, guest: 22, auto: true }] } }
        """
    private static let reading = [
        ["status"], ["plan"], ["validate"], ["graph"], ["port", "one"], ["logs", "one"], ["ssh", "one", "-c", "true"],
        ["ssh-config", "one"], ["hosts"],
    ]

    /// Runs a command where a directory, with all that is mounted below it, is read-only.
    private static func run(
        _ words: [String], in project: AcceptanceProject, reading directory: FilePath
    ) async throws -> ToolOutcome {
        let script =
            "mount --rbind \"$1\" \"$1\" && mount -o remount,ro,bind \"$1\" && cd \"$2\" && shift 2 && exec \"$@\""
        let command = ["unshare", "-m", "sh", "-c", script, "sh", directory.string, project.directory.string]
        return try await SystemToolRunner().run(
            ToolInvocation(
                command[0], command.dropFirst() + [BuiltProgram.devenv.string] + words,
                environment: ["DEVENV_HOME": project.binary.home.string, "DEVENV_SHARED_BOXES": "", "NO_COLOR": "1"],
                timeout: .seconds(60)))
    }

    private func expectReading(_ project: AcceptanceProject, _ directory: FilePath) async throws {
        for words in Self.reading {
            let outcome = try await Self.run(words, in: project, reading: directory)
            #expect(outcome.status == 0, "\(words): \(outcome.transcript)")
        }
        for words in [["halt"], ["destroy", "-f"], ["reload"]] {
            let outcome = try await Self.run(words, in: project, reading: directory)
            #expect(outcome.status == 1, "\(words): \(outcome.transcript)")
            #expect(
                outcome.errors.contains("'\(directory)/") && outcome.errors.contains("read-only file system"),
                "\(outcome.errors)")
            #expect(outcome.errors.contains("make it writable"), "\(outcome.errors)")
        }
        #expect(try await project.expect("status").text.contains("running"))
    }

    @Test func aReadOnlyCheckoutCanBeLookedAt() async throws {
        try await AcceptanceProject.with(Self.envfile) { project in
            try await project.expect("up")
            try await expectReading(project, project.directory)
        }
    }

    @Test func aReadOnlyHomeCanBeLookedAt() async throws {
        try await AcceptanceProject.with(Self.envfile) { project in
            try await project.expect("up")
            try await expectReading(project, project.binary.home)
            let all = try await Self.run(["global-status"], in: project, reading: project.binary.home)
            #expect(all.status == 0 && all.text.contains("/one "), "\(all.transcript)")
        }
    }

    @Test func aProjectThatWasMovedIsStillItself() async throws {
        try await AcceptanceProject.with(Self.envfile) { project in
            try await project.expect("up")
            let moved = FilePath(project.directory.string + "-moved")
            try HostFiles.rename(project.directory, to: moved)
            let status = try await project.binary.run(["status"], in: moved)
            let plan = try await project.binary.run(["plan"], in: moved)
            let login = try await project.binary.run(["ssh", "one", "-c", "hostname"], in: moved)
            try HostFiles.rename(moved, to: project.directory)
            #expect(status.status == 0 && status.text.contains("running"), "\(status.transcript)")
            #expect(plan.status == 0 && plan.text.contains("Nothing to do"), "\(plan.transcript)")
            #expect(login.text == "one\n", "\(login.transcript)")
        }
    }

    @Test func twoCheckoutsOfOneNameAreTwoProjects() async throws {
        let named = Self.envfile.replacing("version: 1", with: "version: 1\nname: twins")
        try await AcceptanceProject.with(named) { first in
            try await AcceptanceProject.with(named) { second in
                try await first.expect("up")
                try await second.expect("up")
                try await first.expect("ssh", "one", "-c", "sudo touch /srv/first")
                try await second.expect("ssh", "one", "-c", "test -e /srv/first", status: 1)
                let both = try await first.expect("global-status").text.split(separator: "\n").map(String.init)
                #expect(both.count { $0.contains(first.directory.string) } == 1, "\(both)")
                #expect(both.count { $0.contains(second.directory.string) } == 1, "\(both)")
                let words = both.filter { $0.contains("/devenv-project-") }.map { $0.prefix { $0 != " " } }
                #expect(Set(words).count == words.count, "\(both)")
                try await first.expect("status", "twins/one", status: 64)
                try await second.destroyWhole()
                #expect(try await first.expect("status").text.contains("running"))
            }
        }
    }
}
