import DevenvHost
import DevenvTestSupport
import Glibc
import SystemPackage
import Testing

/// Folders that are watched, as their users see them.
@Suite(
    .tags(.large), .requiresRoot, .requires(tool: "runc", "mmdebstrap", "nft", "ip", "rsync", "ssh", "git", "unshare"))
struct LiveSyncTests {
    private static func envfile(watch: Bool) -> String {
        """
        version: 1
        machines:
          web:
            box: $BOX
            sync: [{ source: src, target: /srv/app, exclude: [node_modules/], watch: \(watch) }]
        """
    }

    @Test func foldersAreWatchedInTheBackgroundAsLongAsTheMachineRuns() async throws {
        try await AcceptanceProject.with(Self.envfile(watch: true), files: ["src/a": "one"]) { project in
            let live = LiveProject(project)
            try await project.expect("up")
            try await live.expectState("watching")
            try project.write("two", to: "src/a")
            try await live.expectArrival(of: "two", in: "a")
            try await expectReturn(from: live, project)
            let processes = try live.processes()
            try await project.expect("up")
            #expect(try live.processes() == processes)
            let told = try await project.expect("sync", "--watch", status: 4)
            #expect(told.errors.contains("watched already by process"), "\(told.errors)")

            try live.kill(SIGKILL, whole: false)
            try project.write("three", to: "src/deep/er/b")
            try await live.expectArrival(of: "three", in: "deep/er/b")
            try live.kill(SIGKILL, whole: true)
            try await live.expectState("stopped")
            try project.write("four", to: "src/a")
            #expect(try await project.expect("up").errors.contains("watch"))
            try await live.expectArrival(of: "four", in: "a")
            try await live.expectState("watching")

            try await project.expect("halt")
            #expect(try live.processes() == [])
            try project.write("five", to: "src/a")
            try await project.expect("up")
            try project.write("six", to: "src/a")
            try await live.expectArrival(of: "six", in: "a")
            try await project.expect("reload")
            try project.write("seven", to: "src/a")
            try await live.expectArrival(of: "seven", in: "a")
            try project.write(Self.envfile(watch: false), to: "Envfile")
            try await project.expect("up")
            #expect(try live.processes() == [])
            #expect(!(try await project.expect("status", "web").text.contains("watched")))
        }
    }

    /// What was sent by itself is common ground: only the machine has changed it since.
    private func expectReturn(from live: LiveProject, _ project: AcceptanceProject) async throws {
        try await eventually("it is told that it was sent") { try await live.transfers().transfers > 0 }
        try await project.expect("exec", "web", "--", "sh", "-c", "echo inside >/srv/app/a")
        let told = try await project.expect("sync", "--pull").errors
        #expect(told.contains("1 brought back") && !told.contains("both are kept"), "\(told)")
        #expect(try project.read("src/a") == "inside\n")
    }

    @Test func aBranchIsSwitchedInFewTransfersAndNothingIsLostWhereTheQueueOverflows() async throws {
        try await AcceptanceProject.with(Self.envfile(watch: true), files: ["src/a": "one"]) { project in
            let live = LiveProject(project)
            try await live.sh(
                """
                git init -q . && git config user.email a@example.com && git config user.name a
                fill() { for d in $(seq 100); do mkdir -p m$d; for f in $(seq 20); do echo $1 $f > m$d/f$f; done; done; }
                fill one && git add -A && git commit -qm one
                git checkout -qb other && fill other && git commit -qam other
                """)
            try await project.expect("up")
            try await live.expectState("watching")
            let before = try await live.transfers()
            let start = ContinuousClock.now
            try await live.sh("git checkout -q master || git checkout -q main")
            // a pause of 300 ms ends a transfer, and a busy host may make some
            let passes = Int((ContinuousClock.now - start) / .milliseconds(300))
            try await live.expectEqual("the branch is switched")
            let after = try await live.transfers()
            #expect(after.transfers - before.transfers <= 3 + passes)
            #expect(after.comparisons == before.comparisons)

            let limit = try #require(try HostFiles.read("/proc/sys/fs/inotify/max_queued_events"))
            let events = try #require(Int(String(decoding: limit, as: UTF8.self).filter(\.isNumber)))
            try live.kill(SIGSTOP, whole: false)
            try await live.sh(
                "i=0; while [ $i -lt \(events / 4 + 100) ]; do echo $i > n; mv n o; i=$((i + 1)); done; rm -r m1; mkdir p; echo 1 > p/q"
            )
            try live.kill(SIGCONT, whole: false)
            try await live.expectEqual("the queue has overflowed")
            #expect(try await live.transfers().comparisons > after.comparisons)
            try project.write("last", to: "src/p/last")
            try await live.expectArrival(of: "last", in: "p/last")
        }
    }

    @Test func foldersAreWatchedInTheForegroundUntilInterrupted() async throws {
        try await AcceptanceProject.with(Self.envfile(watch: false), files: ["src/a": "one"]) { project in
            let live = LiveProject(project)
            try await project.expect("up")
            let command = try BackgroundCommand.start(["sync", "--watch", "--json"], in: project)
            defer { command.abandon() }
            try await eventually("it watches") {
                try project.write("two", to: "src/a")
                return try await project.devenv("exec", "web", "--", "cat", "/srv/app/a").text.contains("two")
            }
            try project.write("three", to: "src/node_modules/m")
            try project.write("three", to: "src/a")
            try await live.expectArrival(of: "three", in: "a")
            #expect(
                try await project.devenv("exec", "web", "--", "ls", "/srv/app").text.contains("node_modules") == false)
            try await project.expect("sync")
            kill(command.process, SIGINT)
            #expect(try await command.end(within: .seconds(60)) == 130)

            try await live.sh("for d in $(seq 20); do mkdir -p many/$d; done")
            // a name space has limits of its own (namespaces(7), /proc/sys/user)
            let script = "echo 8 > /proc/sys/user/max_inotify_watches && exec \"$@\""
            let limited = try await SystemToolRunner().run(
                ToolInvocation(
                    "unshare", ["-Ur", "sh", "-c", script, "sh", BuiltProgram.devenv.string, "sync", "--watch"],
                    environment: ["DEVENV_HOME": project.binary.home.string, "DEVENV_SHARED_BOXES": ""],
                    directory: project.directory))
            #expect(limited.status == 1, "\(limited.transcript)")
            #expect(limited.errors.contains("sysctl -w fs.inotify.max_user_watches"), "\(limited.errors)")
        }
    }
}
