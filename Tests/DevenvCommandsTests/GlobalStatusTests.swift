import DevenvCommands
import DevenvHost
import DevenvTestSupport
import SystemPackage
import Testing

/// `devenv global-status`, and machines that nobody declares any more.
struct GlobalStatusTests {
    @Test func machinesOfAllProjectsAreShownWithTheWordsThatMeanThem() async throws {
        try await CommandRig.with { rig in
            #expect(await rig.run("global-status").output == "No project on this host has machines.\n")
            try rig.directory.write("version: 1\nname: shop\nmachines: { db: { box: test } }\n", to: "a/Envfile")
            try rig.directory.write("version: 1\nname: blog\nmachines: { web: { box: test } }\n", to: "b/Envfile")
            for place in ["a", "b"] {
                let up = await rig.run("-C", place, "up")
                #expect(up.status == .done, "\(up.error)")
            }
            let halted = await rig.run("halt", "blog/web")
            #expect(halted.status == .done, "\(halted.error)")
            let rows = await rig.run("global-status").output.split(separator: "\n").dropFirst().map(String.init)
            try #require(rows.count == 2)
            #expect(rows[0].hasPrefix("blog/web") && rows[0].contains("stopped") && rows[0].contains("/b"))
            #expect(rows[1].hasPrefix("shop/db") && rows[1].contains("running") && rows[1].contains("/a"))
            let document = await rig.run("global-status", "--json").output
            #expect(document.contains(#""name" : "shop""#) && document.contains(#""state" : "stopped""#))
        }
    }

    @Test func projectsOfOneNameAreToldApartByTheirIDs() async throws {
        try await CommandRig.with { rig in
            for place in ["a", "b"] {
                try rig.directory.write(
                    "version: 1\nname: shop\nmachines: { \(place): { box: test } }\n", to: "\(place)/Envfile")
                #expect(await rig.run("-C", place, "up").status == .done)
            }
            let rows = await rig.run("global-status").output.split(separator: "\n").dropFirst()
            for row in rows {
                let target = String(try #require(row.split(separator: " ").first))
                #expect(!target.hasPrefix("shop/"))
                let destroyed = await rig.run("destroy", "-f", target)
                #expect(destroyed.status == .done, "\(destroyed.error)")
            }
            let left = await rig.run("global-status").output
            #expect(left == "No project on this host has machines.\n")
        }
    }

    @Test func aProjectThatIsGoneOrBrokenHidesNoOther() async throws {
        try await CommandRig.with { rig in
            for place in ["gone", "broken", "fine"] {
                try rig.directory.write(
                    "version: 1\nname: \(place)\nmachines: { m: { box: test } }\n", to: "\(place)/Envfile")
                #expect(await rig.run("-C", place, "up").status == .done)
            }
            try HostFiles.remove(rig.directory.path.appending("gone"))
            for name in ["machine.json", "machine.json~"] {
                try rig.directory.write("{", to: "broken/.devenv/machines/m/\(name)")
            }
            let outcome = await rig.run("global-status")
            #expect(outcome.status == .done)
            let rows = outcome.output.split(separator: "\n").map(String.init)
            #expect(rows.contains { $0.hasPrefix("gone/") && $0.contains("its directory is gone") })
            #expect(rows.contains { $0.hasPrefix("broken/") && $0.contains("machine.json") })
            #expect(rows.contains { $0.hasPrefix("fine/m") && $0.contains("running") })
        }
    }

    @Test func orphansGoAndNothingElse() async throws {
        try await CommandRig.with { rig in
            #expect(await rig.run("up").status == .done)
            try rig.directory.write("version: 1\nmachines: { web: { box: test } }\n", to: "Envfile")
            #expect(await rig.run("status").output.contains("not in the Envfile"))
            #expect(await rig.run("destroy", "--orphans", "web", "-f").status == .usage)
            #expect(await rig.run("destroy", "--orphans", "-f").status == .done)
            let status = await rig.run("status").output
            #expect(status.contains("web") && status.contains("running") && !status.contains("db"))
            #expect(await rig.run("destroy", "--orphans", "-f").error.contains("Nothing to do"))
            try rig.directory.write("version: 1\nmachines: { we b: }\n", to: "Envfile")
            #expect(await rig.run("destroy", "--orphans", "-f").status == .invalidEnvfile)
            #expect(await rig.run("status").output.contains("running"))
        }
    }
}
