import DevenvCrypto
import DevenvHost
import DevenvPluginAPI
import DevenvTestSupport
import Glibc
import SystemPackage
import Testing

/// Boxes that definitions build on top of other boxes.
@Suite(
    .tags(.large), .requiresRoot, .requires(tool: "runc", "ip", "nft", "ssh", "nsenter", "unshare", "setpriv", "perl"))
struct BuildOnBaseTests {
    @Test func aBoxOnAnotherOneHasItsLayersAndWhatChanged() async throws {
        try await with(files: [
            "boxes/app.yaml": """
            name: team/app
            version: 1.0
            base: team/base
            providers: container
            files: [{ content: "VERSION=1\\n", to: /etc/app-release }]
            scripts: [{ inline: "rm /etc/issue.net /usr/bin/tac; echo changed >/etc/issue; mkdir -p /srv/app; mv /etc/skel /srv" }]

            """,
            "boxes/web.yaml":
                "name: team/web\nbase: team/app@~> 1.0\nscripts: [{ inline: 'cat /etc/app-release >/srv/seen' }]\n",
        ]) { project in
            let first = try await project.build("boxes/app.yaml")
            #expect(first.contains("Built team/app 1.0"), "\(first)")
            #expect(try await project.build("boxes/app.yaml").hasPrefix("Unchanged: team/app 1.0"))
            let digest = try await project.digest(of: "team/app")
            try await project.expect("box", "remove", "team/app")
            try await project.expect("box", "gc")
            _ = try await project.build("boxes/app.yaml")
            #expect(try await project.digest(of: "team/app") == digest, "the same definition gives the same box")

            _ = try await project.build("boxes/web.yaml")
            // who builds on it has its layers, and the trees' files are there once
            try await project.expect("box", "remove", "team/base")
            try await project.expect("box", "remove", "team/app")
            try await project.expect("box", "gc")
            try await project.expect("box", "verify", "team/web")
            #expect(try HostFiles.list(project.binary.home.appending("boxes/layers")).count == 3)
            try await project.expect("up")
            let seen = try await project.expect(
                "ssh", "-c",
                "cat /srv/seen /etc/issue; ls -d /srv/app /srv/skel; ls /usr/bin/tac /etc/skel /etc/issue.net 2>&1 | wc -l"
            )
            #expect(seen.text == "VERSION=1\nchanged\n/srv/app\n/srv/skel\n3\n", "\(seen.transcript)")
            let own = try await project.expect("ssh", "-c", "cat /etc/machine-id /etc/resolv.conf | wc -l; id -un")
            #expect(own.text.hasSuffix("dev\n"), "\(own.transcript)")
        }
    }

    /// The kernel refuses the same layer twice.
    @Test func whatIsDoneAgainIsDoneOnce() async throws {
        let script = "scripts: [{ inline: 'echo again >/srv/again' }]\n"
        try await with(files: [
            "one.yaml": "name: team/one\nbase: team/base\n" + script,
            "two.yaml": "name: team/web\nbase: team/one\n" + script,
        ]) { project in
            _ = try await project.build("one.yaml")
            _ = try await project.build("two.yaml")
            #expect(try await project.digest(of: "team/web") == project.digest(of: "team/one"))
            try await project.expect("box", "verify")
            try await project.expect("up")
            #expect(try await project.expect("ssh", "-c", "cat /srv/again").text == "again\n")
        }
    }

    @Test func packagesComeFromTheSourcesOfTheBase() async throws {
        try await with(files: [
            "boxes/app.yaml": "name: team/app\nbase: team/base\npackages: [jq]\n"
        ]) { project in
            _ = try await project.build("boxes/app.yaml")
            let digest = try await project.digest(of: "team/app")
            #expect(try await project.expect("box", "list", "--info").text.contains("packages: jq "))
            let again = try await project.build("boxes/app.yaml")
            #expect(again.contains("Unchanged: team/app"), "\(again)")
            #expect(try await project.digest(of: "team/app") == digest)
            let staging = project.binary.home.appending("boxes/staging")
            #expect(try HostFiles.list(staging) == [])
            try project.write("name: team/app\nbase: team/base\npackages: [jq, no-such]\n", to: "boxes/app.yaml")
            let failed = try await project.expect("box", "build", "boxes/app.yaml", status: 1)
            #expect(failed.errors.contains("boxes/app.yaml:3:16: error:"), "\(failed.errors)")
            #expect(failed.errors.contains("Unable to locate package no-such"), "\(failed.errors)")
            #expect(try HostFiles.list(staging) == [])
        }
    }

    @Test(arguments: [
        ("name: a/b\nbase: no/such\n", "bad.yaml:2:7: error: the box 'no/such' is not in the store"),
        (
            "name: a/b\nbase: team/base\nproviders: libvirt\n",
            "bad.yaml:2:7: error: a disk image can't be built on another box"
        ),
        ("name: a/b\nbase: team/base\nscripts: [{ inline: 'echo so; exit 3' }]\n", "bad.yaml:3:11: error:"),
    ])
    func whatIsWrongIsToldAtItsPlace(definition: String, message: String) async throws {
        try await with(files: ["bad.yaml": definition]) { project in
            let outcome = try await project.expect("box", "build", "bad.yaml", status: 1)
            #expect(outcome.errors.contains(message), "\(outcome.errors)")
            #expect(try await !project.expect("box", "list").text.contains("a/b"))
        }
    }

    @Test func aBuildThatIsKilledLeavesNoMountAndTheNextOneSucceeds() async throws {
        let definition =
            "name: a/b\nbase: team/base\nscripts: [{ inline: 'echo $$ >/srv/p; [ -e /run/devenv/files/0 ] || sleep 600' }]\n"
        try await with(files: ["slow.yaml": definition]) { project in
            let token = SecureRandom.hexadecimal(digits: 16)
            async let outcome = project.devenv("box", "build", "slow.yaml", environment: ["DEVENV_TEST_MARK": token])
            try await eventually("the script runs") {
                !ProcessTable.processes(withArgument: "/run/devenv/scripts/0").isEmpty
            }
            kill(try #require(ProcessTable.processes(withEnvironment: "DEVENV_TEST_MARK=\(token)").min()), SIGKILL)
            #expect(try await outcome.status == 128 + 9)
            try await eventually("all of it has ended") {
                ProcessTable.processes(withEnvironment: "DEVENV_TEST_MARK=\(token)").isEmpty
                    && ProcessTable.processes(withArgument: "/run/devenv/scripts/0").isEmpty
            }
            try project.write(definition.replacing("sleep 600", with: "true"), to: "slow.yaml")
            #expect(try await project.build("slow.yaml").contains("Built a/b"))
            #expect(try HostFiles.list(project.binary.home.appending("boxes/staging")) == [])
            let mounts = String(decoding: try HostFiles.read("/proc/mounts") ?? [], as: UTF8.self)
            #expect(!mounts.contains(project.binary.home.string))
        }
    }

    /// Runs a test in a home of its own with the box `team/base`.
    private func with(
        files: [String: String], _ body: @Sendable (AcceptanceProject) async throws -> Void
    ) async throws {
        let place = FilePath("/var/tmp/devenv-base-" + SecureRandom.hexadecimal(digits: 12))
        let project = AcceptanceProject(
            directory: place.appending("project"), binary: DevenvBinary(home: place.appending("home")))
        try HostFiles.makeDirectory(project.directory)
        try project.write(
            "version: 1\nname: onbase\nprovider: container\nmachines: { one: { box: team/web } }\n", to: "Envfile")
        for (name, text) in files { try project.write(text, to: name) }
        let source = try await TestBox.image().layers.first?.string ?? ""
        try await project.expect("box", "add", source, "--name", "team/base")
        try await project.tried(#_sourceLocation, body)
        try HostFiles.remove(place)
    }
}

extension AcceptanceProject {
    /// Builds the box of a definition and returns the last line.
    fileprivate func build(_ definition: String) async throws -> String {
        let built = try await expect("box", "build", definition, timeout: .seconds(300))
        return built.text.split(separator: "\n").last.map(String.init) ?? built.transcript
    }

    fileprivate func digest(of box: String) async throws -> String {
        let line = try await expect("box", "list").text.split(separator: "\n").first { $0.hasPrefix(box + " ") }
        return line?.split(separator: " ").first { $0.hasPrefix("sha256:") }.map(String.init) ?? ""
    }
}
