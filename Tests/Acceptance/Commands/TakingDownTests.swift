import DevenvHost
import DevenvTestSupport
import SystemPackage
import Testing

/// What `halt` and `destroy` are told.
@Suite(.tags(.large), .requiresRoot, .requires(tool: "runc", "mmdebstrap", "nft", "ip", "rsync", "ssh"))
struct TakingDownTests {
    private static let head = "version: 1\nname: down\ndefaults: { box: $BOX }\nmachines:\n  one:\n"

    @Test func orphansGoAndNoOthers() async throws {
        try await AcceptanceProject.with(Self.head + "  two:\n") { project in
            try await project.expect("up")
            try project.write(Self.head, to: "Envfile")
            try await project.expect("destroy", "--orphans", "one", status: 64)
            let unasked = try await project.expect("destroy", "--orphans", status: 1)
            #expect(unasked.errors.contains("say -f"), "\(unasked.errors)")
            try await project.expect("destroy", "--orphans", "-f")
            let status = try await project.expect("status").text
            #expect(status.contains("one") && status.contains("running") && !status.contains("two"), "\(status)")
            try await project.expect("ssh", "one", "-c", "true")
            try await project.expect("destroy", "--orphans", "-f")
            // without an Envfile all would be orphans
            try HostFiles.remove(project.directory.appending("Envfile"))
            try await project.expect("destroy", "--orphans", "-f", status: 2)
            #expect(try await project.expect("status").text.contains("running"))
        }
    }

    @Test func aProjectIsDestroyedFromElsewhereByItsEnvfile() async throws {
        try await AcceptanceProject.with(Self.head) { project in
            try await project.expect("up")
            let marks = try project.marks()
            let path = project.directory.appending("Envfile").string
            let asked = try await project.binary.run(["destroy", "--file", path], in: "/")
            #expect(asked.status == 1 && asked.errors.contains("say -f"), "\(asked.transcript)")
            let destroyed = try await project.binary.run(["destroy", "--file", path, "-f"], in: "/")
            #expect(destroyed.status == 0, "\(destroyed.transcript)")
            try await project.expectNothingLeft(of: marks)
        }
    }

    @Test(.requires(tool: "tmux")) func whoeverSaysNoIsToldThatNothingWasDone() async throws {
        try await AcceptanceProject.with(Self.head) { project in
            try await project.expect("up")
            try await TerminalWindow.with(["destroy", "--json"], in: project, columns: 200, rows: 20) { window in
                try await eventually("it asks") { try await window.lines().last?.contains("[y/N]") == true }
                for key in ["n", "Enter"] { try await window.press(key) }
                try await eventually("it is over") { try await window.lines().last == "ended with 1" }
                let lines = try await window.lines()
                #expect(lines.contains("Nothing was destroyed."), "\(lines)")
                let results = try lines.filter { $0.hasPrefix("{") }.map { try JSONTree(parsing: $0) }
                #expect(results.count == 1 && results.first?["exitCode"]?.number == 1, "\(lines)")
            }
            #expect(try await project.expect("status").text.contains("running"))
        }
    }

    /// A service of the machine notes that it was asked to end.
    @Test func onlyAForcedHaltAsksNobody() async throws {
        let service = "trap 'echo asked >> /srv/asked; exit' TERM; touch /srv/ready; while :; do sleep 0.1; done"
        let script =
            "setsid sh -c \"\(service)\" </dev/null >/dev/null 2>&1 & until test -e /srv/ready; do sleep 0.1; done"
        let envfile = Self.head + "    provision: [{ name: serve, shell: { path: serve.sh } }]\n"
        try await AcceptanceProject.with(envfile, files: ["serve.sh": script]) { project in
            try await project.expect("up")
            try await project.expect("halt", "--force")
            try await project.expect("up", "--no-provision")
            try await project.expect("ssh", "one", "-c", "test -e /srv/ready && ! test -e /srv/asked")
            try await project.expect("provision")
            try await project.expect("halt")
            try await project.expect("up", "--no-provision")
            #expect(try await project.expect("ssh", "one", "-c", "cat /srv/asked").text == "asked\n")
        }
    }
}
