import DevenvHost
import DevenvTestSupport
import SystemPackage
import Testing

/// Ends the program with SIGKILL at every point between two effects that a run passes, and requires that the next command
/// completes what was begun and that a destroy leaves nothing.
@Suite(.tags(.large), .serialized, .requiresRoot, .requires(tool: "runc", "mmdebstrap", "nft", "ip", "rsync", "ssh"))
struct KillHarnessTests {
    private static let envfile = """
        version: 1
        name: kill
        defaults: { box: $BOX }
        machines:
          one:
            forward: [{ host: 28180, guest: 22, auto: true }]
            sync: ["src:/srv/app"]
            provision: [{ name: mark, shell: echo done > /srv/mark }]
            ready: [{ tcp: 22 }]
        """
    private static let files = ["src/file": "content\n"]
    private static let killed = 128 + 9

    /// The points that a command passes, each with how often it was passed before.
    private func points(of arguments: [String], in project: AcceptanceProject) async throws -> [String] {
        let trace = project.directory.appending("trace")
        let outcome = try await project.binary.run(
            arguments, in: project.directory, environment: ["DEVENV_FAULT_TRACE": trace.string])
        #expect(outcome.status == 0, "\(outcome.transcript)")
        let names = String(decoding: try HostFiles.read(trace) ?? [], as: UTF8.self).split(separator: "\n").map(
            String.init)
        var visits: [String: Int] = [:]
        return names.map { name in
            visits[name, default: 0] += 1
            return "\(name)#\(visits[name, default: 1])"
        }
    }

    @Test func anInterruptedUpCleansUpAtAnyPointAndTheNextOneGoesOn() async throws {
        try await AcceptanceProject.with(Self.envfile, files: Self.files) { project in
            let points = try await points(of: ["up"], in: project)
            try await project.destroyWhole()
            for point in points {
                let outcome = try await project.binary.run(
                    ["up"], in: project.directory, environment: ["DEVENV_FAULT": point, "DEVENV_FAULT_SIGNAL": "INT"])
                // one that comes when all is done is as good as none
                #expect([0, 130].contains(outcome.status), "interrupted at \(point): \(outcome.transcript)")
                let completed = try await project.devenv("up")
                #expect(completed.status == 0, "up after an interruption at \(point): \(completed.transcript)")
                try await project.destroyWhole()
            }
        }
    }

    private func kill(_ arguments: [String], at point: String, in project: AcceptanceProject) async throws {
        let outcome = try await project.binary.run(
            arguments, in: project.directory, environment: ["DEVENV_FAULT": point])
        #expect(outcome.status == Self.killed, "\(point) was not reached: \(outcome.transcript)")
    }

    @Test func upCompletesWhatAKillLeftAtAnyPoint() async throws {
        try await AcceptanceProject.with(Self.envfile, files: Self.files) { project in
            let points = try await points(of: ["up"], in: project)
            #expect(points.count > 10, "\(points)")
            try await project.destroyWhole()
            for point in points {
                try await kill(["up"], at: point, in: project)
                let completed = try await project.devenv("up")
                #expect(completed.status == 0, "up after a kill at \(point): \(completed.transcript)")
                let mark = try await project.devenv("ssh", "-c", "cat /srv/mark /srv/app/file")
                #expect(mark.text == "done\ncontent\n", "after a kill at \(point): \(mark.transcript)")
                try await project.destroyWhole()
            }
        }
    }

    @Test func destroyRemovesWhatAKilledUpLeftAtAnyPoint() async throws {
        try await AcceptanceProject.with(Self.envfile, files: Self.files) { project in
            let points = try await points(of: ["up"], in: project)
            try await project.destroyWhole()
            for point in points {
                try await kill(["up"], at: point, in: project)
                let left = try project.marks()
                let destroyed = try await project.devenv("destroy", "-f")
                #expect(destroyed.status == 0, "destroy after a kill at \(point): \(destroyed.transcript)")
                try await project.expectNothingLeft(of: left)
            }
        }
    }

    @Test func destroyCompletesADestroyThatWasKilledAtAnyPoint() async throws {
        try await AcceptanceProject.with(Self.envfile, files: Self.files) { project in
            try await project.expect("up")
            let points = try await points(of: ["destroy", "-f"], in: project)
            #expect(points.count > 5, "\(points)")
            for point in points {
                try await project.expect("up")
                let left = try project.marks()
                try await kill(["destroy", "-f"], at: point, in: project)
                let destroyed = try await project.devenv("destroy", "-f")
                #expect(destroyed.status == 0, "destroy after a kill at \(point): \(destroyed.transcript)")
                try await project.expectNothingLeft(of: left)
            }
        }
    }
}
