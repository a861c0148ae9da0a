import DevenvCommands
import DevenvHost
import DevenvTestSupport
import SystemPackage
import Testing

/// `plan --out` and `up FILE`.
struct SavedPlanTests {
    @Test func aSavedPlanIsCarriedOutAsItIs() async throws {
        try await CommandRig.with { rig in
            let plan = await rig.run("plan", "web", "--out", "first.plan")
            #expect(plan.status == .changes && plan.error.contains("'devenv up first.plan'"), "\(plan.error)")
            // comments and the layout mean nothing
            try rig.directory.write(
                "# ours\n\nversion: 1\nmachines:\n  web: { box: test }\n  db:\n    box: test\n", to: "Envfile")
            let up = await rig.run("up", "first.plan")
            #expect(up.status == .done, "\(up.error)")
            let status = await rig.run("status").output
            #expect(status.contains("web      running") && status.contains("db       not created"), "\(status)")
            let again = await rig.run("up", "first.plan")
            #expect(again.status == .failed && again.error.contains("machine 'web': its state"), "\(again.error)")
        }
    }

    @Test func itIsRefusedWhereAnythingMoved() async throws {
        let changes: [(String, String)] = [
            ("{ web: { box: test, memory: 1GiB }, db: { box: test } }", "what the Envfile says of it"),
            ("{ web: { box: test, depends_on: [db] }, db: { box: test } }", "the machines that it waits for"),
            ("{ web: { box: other }, db: { box: test } }", ""), ("{ db: { box: test } }", "a machine 'web'"),
        ]
        for (machines, reason) in changes {
            try await CommandRig.with { rig in
                #expect(await rig.run("plan", "--out", "a.plan").status == .changes)
                try rig.directory.write("version: 1\nmachines: \(machines)\n", to: "Envfile")
                let up = await rig.run("up", "a.plan")
                #expect(up.status == .failed && up.error.contains(reason), "\(up.error)")
                #expect(!HostFiles.exists(rig.directory.path.appending(".devenv")), "nothing was begun")
            }
        }
    }

    @Test func whatIsNoPlanIsRefused() async throws {
        try await CommandRig.with { rig in
            #expect(await rig.run("up", "none.plan").error.contains("there is no such file"))
            try rig.directory.write("{\"schema\": 1}", to: "bad.plan")
            #expect(await rig.run("up", "bad.plan").error.contains("it is no plan of devenv"))
            #expect(await rig.run("plan", "--out", "plan.json").status == .usage)
            #expect(await rig.run("plan", "--out", "good.plan").status == .changes)
            #expect(await rig.run("up", "good.plan", "web").status == .usage)
            #expect(await rig.run("up", "good.plan", "--no-provision").status == .usage)
            let text = try #require(try rig.directory.read("good.plan"))
            try rig.directory.write(text.replacing("\"devenv\" : \"", with: "\"devenv\" : \"9"), to: "good.plan")
            #expect(await rig.run("up", "good.plan").error.contains("made it, and this is"))
        }
    }
}
