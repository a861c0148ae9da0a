import DevenvCommands
import DevenvPluginAPI
import DevenvTestSupport
import Testing

/// `devenv snapshot`, `suspend` and `resume` as they are typed.
@Suite(.requiresRoot) struct SnapshotCommandTests {
    @Test func snapshotsAreSavedListedRestoredAndDeleted() async throws {
        try await CommandRig.with { rig in
            #expect(await rig.run("up", "-q").status == .done)
            let saved = await rig.run("snapshot", "save", "clean")
            #expect(saved.status == .done)
            #expect(saved.error.hasPrefix("2 machines to save, 2 steps\n"), "\(saved.error)")
            #expect(await rig.run("halt", "db", "-q").status == .done)
            #expect(await rig.run("snapshot", "save", "later", "db", "-q").status == .done)
            let table = """
                MACHINE  SNAPSHOT  CREATED                  STATE    PARENT
                web      clean     1970-01-01 00:00:00 UTC  running
                db       clean     1970-01-01 00:00:00 UTC  running
                db       later     1970-01-01 00:00:01 UTC  stopped  clean

                """
            #expect(await rig.run("snapshot", "list").output == table)
            let restored = await rig.run("snapshot", "restore", "clean", "db")
            #expect(restored.status == .done)
            #expect(restored.error.contains("db is ready: ssh with 'devenv ssh db'\n"), "\(restored.error)")
            let deleted = await rig.run("snapshot", "delete", "clean")
            #expect(deleted.error.hasPrefix("2 machines to change, 2 steps\n"), "\(deleted.error)")
            #expect(await rig.run("snapshot", "list", "web").output.hasPrefix("There are no snapshots."))
        }
    }

    @Test func theListIsADocumentForPrograms() async throws {
        try await CommandRig.with { rig in
            _ = await rig.run("up", "-q")
            _ = await rig.run("snapshot", "save", "clean", "web", "-q")
            let expected = """
                {
                  "schema" : 1,
                  "snapshots" : [
                    {
                      "created" : 0,
                      "machine" : "web",
                      "name" : "clean",
                      "running" : true
                    }
                  ]
                }

                """
            #expect(await rig.run("snapshot", "list", "--json").output == expected)
        }
    }

    @Test func eventsOfASaveAreLinesForPrograms() async throws {
        try await CommandRig.with { rig in
            _ = await rig.run("up", "-q")
            let lines = await rig.run("--json", "snapshot", "save", "clean", "web").output.split(separator: "\n")
            try #require(lines.count == 4)
            #expect(lines[1].contains("\"event\":\"started\"") && lines[1].contains("\"step\":\"save clean\""))
            #expect(lines[3].contains("\"exitCode\":0"))
        }
    }

    @Test(arguments: [
        (["save", "no/name"], "error: 'no/name' can't be the name of a snapshot\nhelp: use up to 64 letters"),
        (["restore", "claen"], "error: there is no snapshot 'claen'\nhelp: did you mean 'clean'?\n"),
        (["delete", "other", "web"], "error: there is no snapshot 'other'\n"),
        (["list", "wbe"], "error: there is no machine 'wbe'\nhelp: did you mean 'web'?\n"),
    ])
    func whatIsNotThereIsAWrongCommandLine(_ words: [String], _ error: String) async throws {
        try await CommandRig.with { rig in
            _ = await rig.run("up", "-q")
            _ = await rig.run("snapshot", "save", "clean", "-q")
            let result = await rig.run(["snapshot"] + words)
            #expect(result.status == .usage)
            #expect(result.error.hasPrefix(error), "\(result.error)")
        }
    }

    @Test func aNameThatIsTakenIsAFailureBeforeAnythingIsSaved() async throws {
        try await CommandRig.with { rig in
            _ = await rig.run("up", "-q")
            _ = await rig.run("snapshot", "save", "clean", "db", "-q")
            let again = await rig.run("snapshot", "save", "clean")
            #expect(again.status == .failed)
            #expect(again.error.hasPrefix("error: machine 'db' has a snapshot 'clean' already\n"))
            #expect(await rig.run("snapshot", "list", "web").output.hasPrefix("There are no snapshots."))
        }
    }

    @Test func machinesAreSuspendedAndGoOn() async throws {
        try await CommandRig.with { rig in
            _ = await rig.run("up", "-q")
            let suspended = await rig.run("suspend", "web")
            #expect(suspended.error.hasPrefix("1 machine to suspend, 1 step\n"), "\(suspended.error)")
            #expect(await rig.run("status").output.contains("web      suspended"))
            let login = await rig.run("ssh", "web")
            #expect(login.error.hasPrefix("error: machine 'web' is not running (suspended)\n"))
            let resumed = await rig.run("resume")
            #expect(resumed.status == .done)
            #expect(resumed.error.contains("web is ready: ssh with 'devenv ssh web'\n"), "\(resumed.error)")
            #expect(await rig.run("resume").error == "Nothing to do: 2 machines are up to date.\n")
        }
    }
}
