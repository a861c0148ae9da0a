import DevenvHost
import DevenvModel
import DevenvTestSupport
import SystemPackage
import Testing

@testable import DevenvBoxes

@Suite struct BuildStepsTests {
    private let recipe: BoxRecipe = {
        var recipe = BoxRecipe(suite: "bookworm", packages: ["jq=1.6", "no-such"])
        recipe.files = [BoxFile(.text("a"), target: "/etc/it's", owner: "dev", mode: 0o640)]
        recipe.scripts = [
            BoxScript(.text("#!/bin/bash\n"), label: "'a.sh'", arguments: ["a b", "$(id)"], environment: ["B": "'"]),
            BoxScript(.text("true"), label: "the script in line 9", hasNetwork: true),
        ]
        return recipe
    }()

    @Test func wordsReachAScriptAsTheyWereWritten() {
        let program = BuildSteps(recipe: recipe, content: "/s/c", attendant: "/s/attend", epoch: "1").program(
            sandbox: "/s/sandbox")
        #expect(program.contains("run no /usr/bin/env -i PATH="))
        #expect(program.contains(#"'B='\'''"# + " /run/devenv/scripts/0 'a b' '$(id)'\n"), "\(program)")
        #expect(
            program.contains("/bin/sh /run/devenv/scripts/1\n"), "what has no first line of its own is for the shell")
        #expect(program.contains(#"run yes /usr/bin/env -i ${http_proxy+"http_proxy=$http_proxy"}"#))
        #expect(BuildSteps.installation(of: recipe.files).contains(#"put 0 '/etc/it'\''s' dev 640"#))
    }

    @Test(arguments: [
        (
            "I: begun\ndevenv: script 1: 'a.sh'\nfine\n\nnot fine\ndevenv: status 3\nE: command failed: /s/steps\n",
            "'a.sh' failed with status 3: fine; not fine", BoxError.Part.script(0)
        ),
        (
            "devenv: script 2: x\ndevenv: script 7: a lie\ndevenv: status 1\n",
            "the script in line 9 failed with status 1: devenv: script 7: a lie", .script(1)
        ),
        (
            "devenv: file 1: /etc/it's\nchown: invalid user: 'x'\ndevenv: status 1\nE: failed\n",
            "'/etc/it's' could not be put in place: chown: invalid user: 'x'", .file(0)
        ),
        (
            "Reading\nE: Unable to locate package no-such\nE: setup failed: E: apt-get install jq no-such failed\n",
            "Unable to locate package no-such", .package("no-such")
        ),
        ("E: Version '1.6' for 'jq' was not found\n", "Version '1.6' for 'jq' was not found", .package("jq=1.6")),
        ("E: no network\nE: apt-get update failed\n", "no network", nil),
        ("E: mmdebstrap failed to run\n", "mmdebstrap failed to run", nil), ("last words\n", "last words", nil),
        ("", "it said nothing", nil),
    ])
    func whatFailedIsReadFromTheLog(log: String, text: String, part: BoxError.Part?) {
        let complaint = BuildComplaint(log: Array(log.utf8), of: recipe)
        #expect(complaint.text == text)
        #expect(complaint.part == part)
    }

    @Test func aCheckoutsOwnPermissionsAndTimesMakeNoDifference() async throws {
        try await TemporaryDirectory.with { directory in
            var digests: [ImageDigest] = []
            for (name, mode) in [("one", 0o644), ("two", 0o600)] {
                let path = try directory.write("x\n", to: "\(name)/conf/a")
                try HostFiles.setMode(of: path, FilePermissions(rawValue: UInt32(mode)))
                digests.append(try digest(directory.path.appending(name)))
            }
            #expect(digests[0] == digests[1])
            let program = directory.path.appending("two/conf/a")
            try HostFiles.setMode(of: program, FilePermissions(rawValue: 0o755))
            #expect(try digest(directory.path.appending("two")) != digests[0])
        }
    }

    @Test func whatADefinitionSaysIsInItsDigest() throws {
        var others = [recipe, recipe, recipe, recipe, recipe]
        others[0].user = "team"
        others[1].scripts[1].hasNetwork = false
        others[2].files[0].mode = nil
        others[3].scripts[0].arguments = ["a", "b", "$(id)"]
        others[4].archive = .snapshot("20260301T000000Z")
        let digests = try ([recipe] + others).map { try BuildPayload.digest(of: $0) }
        #expect(Set(digests).count == digests.count)
        #expect(try BuildPayload.digest(of: recipe) == digests[0])
    }

    private func digest(_ path: FilePath) throws -> ImageDigest {
        var recipe = BoxRecipe(suite: "bookworm")
        recipe.files = [BoxFile(.path(path), target: "/etc/app")]
        return try BuildPayload.digest(of: recipe)
    }

    @Test func aSnapshotBringsItsUpdatesAndMayHaveExpired() {
        var recipe = BoxRecipe(suite: "bookworm")
        recipe.archive = .snapshot("20260301T000000Z")
        let places = BuildTools.Places(
            archive: "/s/tree.tar", scratch: "/s", log: "/s/log", attendant: "/s/attend", preparation: nil,
            customizations: [], settings: nil, sources: nil, packages: nil)
        let arguments = BuildTools.bootstrap(recipe, places, .root).arguments
        #expect(
            arguments.suffix(4) == [
                "/s/tree.tar",
                "deb [check-valid-until=no] http://snapshot.debian.org/archive/debian/20260301T000000Z bookworm main",
                "deb [check-valid-until=no] http://snapshot.debian.org/archive/debian/20260301T000000Z bookworm-updates main",
                "deb [check-valid-until=no] http://snapshot.debian.org/archive/debian-security/20260301T000000Z bookworm-security main",
            ])
        #expect(recipe.isFixed)
        recipe.archive = .snapshot("20260301T000000Z", at: "http://mirror/archive")
        #expect(
            BuildTools.bootstrap(recipe, places, .root).arguments.last
                == "deb [check-valid-until=no] http://mirror/archive/debian-security/20260301T000000Z bookworm-security main"
        )
        recipe.scripts = [BoxScript(.text("apt-get update"), label: "a", hasNetwork: true)]
        #expect(!recipe.isFixed)
    }

    @Test func packagesAreReadFromDpkgsRecord() {
        let status = "Package: jq\nStatus: install ok installed\nVersion: 1.6-2\n\nPackage: tree\nVersion: 2\n"
        let packages = InstalledPackages(status: Array(status.utf8))
        #expect(packages.summary(of: ["jq=1.6-2", "gone"]) == "jq 1.6-2, 2 in all")
    }
}
