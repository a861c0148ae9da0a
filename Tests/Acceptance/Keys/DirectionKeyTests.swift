import DevenvHost
import DevenvTestSupport
import SystemPackage
import Testing

/// What comes back from a machine, and what is never lost on the way.
@Suite(.tags(.large), .requiresRoot, .requires(tool: "runc", "mmdebstrap", "nft", "ip", "rsync", "ssh", "tmux"))
struct DirectionKeyTests {
    static let envfile = """
        version: 1
        name: returned
        defaults: { box: $BOX }
        machines:
          web:
            sync:
              - { source: src, target: /srv/app, exclude: ["*.log", /private/] }
              - { source: both, target: /srv/both, direction: both, exclude: ["*.log"] }
              - { source: out, target: /srv/out, direction: pull }
        """
    private static let files = [
        "src/a": "a", "src/b": "b", "src/c": "c", "src/gone": "g", "src/deep/x": "x", "src/host.log": "h",
        "src/private/key": "k", "src/tool": "t", "src/unlinked/keep.log": "k", "src/unlinked/y": "y",
        "both/a": "a", "both/b": "b", "both/c": "c", "both/d": "d", "both/host.log": "h", "both/e/f": "f",
        "both/g": "g", "both/kind": "k", "out/.gitkeep": "",
    ]

    @Test func whatChangedInTheMachineComesBack() async throws {
        try await AcceptanceProject.with(Self.envfile, files: Self.files) { project in
            try await project.expect("up")
            try await changes(project)
            try await removals(project)
            try await directions(project)
        }
    }

    private func changes(_ project: AcceptanceProject) async throws {
        let nothing = try await project.expect("sync", "--pull")
        #expect(!nothing.errors.contains("brought back"), "\(nothing.errors)")
        try await project.inside(
            """
            cd /srv/app; printf A >a; printf N >"$(printf 'new\\nline')"; rm -r gone unlinked; chmod 755 tool
            printf C >c; mkdir empty; ln -s /etc out; printf l >guest.log; mkdir private; printf p >private/p
            """)
        try project.write("BB", to: "src/b")
        try project.write("CC", to: "src/c")
        try await project.expect("sync", "--pull=src/deep")
        #expect(try project.read("src/a") == "a")
        let told = try await project.expect("sync", "--pull").errors
        #expect(told.contains("files of src: 4 brought back, 2 removed here"), "\(told)")
        let names = try HostFiles.list(project.directory.appending("src"))
        let copy = try #require(names.first { $0.hasPrefix("c.conflict-web-") })
        #expect(told.contains("'c' has changed here and in the machine: both are kept, one as '\(copy)'"), "\(told)")
        #expect(try project.read("src/\(copy)") == "C" && project.read("src/c") == "CC")
        #expect(try project.read("src/a") == "A" && project.read("src/b") == "BB")
        #expect(try project.read("src/new\nline") == "N" && project.read("src/unlinked/keep.log") == "k")
        #expect(HostFiles.target(of: project.directory.appending("src").appending("out")) == "/etc")
        #expect(
            names == [
                "a", "b", "c", copy, "deep", "empty", "host.log", "new\nline", "out", "private", "tool", "unlinked",
            ])
        #expect(try HostFiles.list(project.directory.appending("src").appending("private")) == ["key"])
        let again = try await project.expect("sync", "--pull")
        #expect(!again.errors.contains("both are kept") && !again.errors.contains("files of"), "\(again.errors)")
        try await project.expect("sync")
        #expect(try await project.inside("cat /srv/app/c /srv/app/b /srv/app/guest.log /srv/app/private/p") == "CCBBlp")
    }

    /// More than half of a tree goes only where somebody says so, and what an exclude names never does.
    private func removals(_ project: AcceptanceProject) async throws {
        try await project.inside("find /srv/app -mindepth 1 -delete")
        let before = try HostFiles.list(project.directory.appending("src"))
        let refused = try await project.expect("sync", "--pull", status: 1)
        #expect(refused.errors.contains("of this host would be removed, as they are gone on the other side"))
        #expect(refused.errors.contains("--yes"), "\(refused.errors)")
        #expect(try HostFiles.list(project.directory.appending("src")) == before)
        try await TerminalWindow.with(["sync", "--pull"], in: project, columns: 200, rows: 20) { window in
            try await eventually("it asks") { try await window.screen().contains("Remove them? [y/N]") }
            try await window.enter("n")
            try await eventually("it is over") { try await window.lines().last == "ended with 1" }
        }
        #expect(try HostFiles.list(project.directory.appending("src")) == before)
        try await project.expect("sync", "--pull", "--yes")
        #expect(try HostFiles.list(project.directory.appending("src")) == ["host.log", "private", "unlinked"])
    }

    private func directions(_ project: AcceptanceProject) async throws {
        try await project.inside(
            "printf made >/srv/out/made; cd /srv/both; printf A >a; rm g; printf C >c; mkdir kind.d")
        try project.write("B", to: "both/b")
        try project.write("CC", to: "both/c")
        try project.write("o", to: "out/own")
        try HostFiles.remove(project.directory.pushing("both/e/f"))
        let told = try await project.expect("sync")
        #expect(try project.read("out/made") == "made")
        #expect(try await project.inside("ls -A /srv/out") == "made\n")
        let here = try await project.listing("both")
        #expect(here == (try await project.insideListing("/srv/both")), "\(told.errors)")
        let gone = ["g", "e/f"].filter { HostFiles.kind(project.directory.pushing(FilePath("both/\($0)"))) != nil }
        #expect(gone.isEmpty, "\(here)")
        #expect(try project.read("both/a") == "A" && project.read("both/b") == "B" && project.read("both/c") == "CC")
        #expect(try await project.inside("cat /srv/both/b") == "B")
        #expect(try project.read("both/host.log") == "h")
        let elsewhere = try await project.expect("sync", "--pull", "Envfile", status: 64)
        #expect(elsewhere.errors.contains("is in no synced folder"), "\(elsewhere.errors)")
        // a machine that is made anew knows nothing, and takes nothing away
        try await project.expect("destroy", "-f")
        try await project.expect("up")
        #expect(here == (try await project.insideListing("/srv/both")))
        #expect(try project.read("both/a") == "A" && project.read("out/made") == "made")
    }

    /// Whatever point it is killed at, the next sync completes it, and every text that either side had is still there.
    @Test func whatAKillLeavesIsCompleted() async throws {
        try await AcceptanceProject.with(Self.envfile, files: Self.files) { project in
            try await project.expect("up")
            let trace = project.directory.appending("trace")
            try await disturb(project, 0)
            try await project.expect("sync")
            try await disturb(project, 1)
            try await project.expect("sync", environment: ["DEVENV_FAULT_TRACE": trace.string])
            try await completed(project, 1, "nothing")
            let points = try project.read("trace").split(separator: "\n").map(String.init).filter {
                $0.hasPrefix("sync.return.") || $0 == "engine.sync.returned"
            }
            let kinds = Set(points)
            #expect(kinds.count >= 8, "\(kinds)")
            for (round, point) in zip(2..., kinds.sorted()) {
                try await disturb(project, round)
                // the folder that goes both ways is the second; each point is passed by it
                let killed = try await project.devenv("sync", environment: ["DEVENV_FAULT": point])
                #expect(killed.status == 137, "\(point) was not reached: \(killed.transcript)")
                try await project.expect("sync")
                try await completed(project, round, point)
            }
        }
    }

    /// Changes of every kind, with texts of this round: of what the round before has made, each side removes something.
    private func disturb(_ project: AcceptanceProject, _ round: Int) async throws {
        try await project.inside(
            """
            cd /srv/both; printf 'there \(round)' >a; printf 'there \(round)' >c; printf \(round) >new-\(round)
            rm -f host-\(round - 1) kind-\(round - 1); mkdir kind-\(round - 1); printf k >kind-\(round - 1)/x
            """)
        for (name, text) in [
            ("b", "here \(round)"), ("c", "here \(round)"), ("host-\(round)", "h"), ("kind-\(round)", "k"),
        ] {
            try project.write(text, to: "both/\(name)")
        }
        try HostFiles.remove(project.directory.appending("both").appending("new-\(round - 1)"))
    }

    private func completed(_ project: AcceptanceProject, _ round: Int, _ point: String) async throws {
        let here = try await project.listing("both")
        #expect(here == (try await project.insideListing("/srv/both")), "after a kill at \(point)")
        let folder = project.directory.appending("both")
        let names = try HostFiles.list(folder)
        let kept = try names.filter { $0.hasPrefix("c.conflict-web-") }.map { try project.read("both/\($0)") }
        #expect(kept.contains("there \(round)") && kept.count == Set(kept).count, "\(point): \(kept)")
        #expect(try project.read("both/c") == "here \(round)" && project.read("both/b") == "here \(round)", "\(point)")
        #expect(try project.read("both/a") == "there \(round)" && project.read("both/kind-\(round - 1)/x") == "k")
        #expect(try project.read("both/new-\(round)") == "\(round)", "\(point)")
        let former = Set([".devenv", "new-\(round - 1)", "host-\(round - 1)"])
        #expect(former.isDisjoint(with: names), "\(point): \(names)")
    }
}

extension AcceptanceProject {
    /// Runs a script as root in the machine, and returns what it printed.
    @discardableResult
    fileprivate func inside(_ script: String) async throws -> String {
        try await expect("exec", "--", "sudo", "sh", "-euc", script).text
    }

    /// Everything below a folder that is synced: kind, mode, name; and the content of files.
    fileprivate func listing(_ folder: String) async throws -> String {
        let words = ["-euc", Self.listing, "sh", directory.appending(folder).string]
        return try await SystemToolRunner().run(ToolInvocation("sh", words)).text
    }

    fileprivate func insideListing(_ folder: String) async throws -> String {
        try await expect("exec", "--", "sudo", "sh", "-euc", Self.listing, "sh", folder).text
    }

    private static let listing = #"""
        cd "$1"
        find . -mindepth 1 ! -name '*.log' -printf '%y %m %P\n' | sort
        find . -type f ! -name '*.log' -exec cksum {} + | sort
        """#
}
