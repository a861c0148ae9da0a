import DevenvCrypto
import DevenvHost
import DevenvTestSupport
import SystemPackage
import Testing

/// Options of `devenv box` that have to do with machines and with builds.
@Suite(
    .tags(.large), .requiresRoot, .requires(tool: "runc", "mmdebstrap", "nft", "ip", "rsync", "ssh", "nsenter", "tar"))
struct BoxOfMachineOptionTests {
    @Test func aPackageCanKeepWhoTheMachineWas() async throws {
        let envfile = "version: 1\nname: kept\ndefaults: { box: $BOX }\nmachines: { one: }\n"
        try await AcceptanceProject.with(envfile) { project in
            try await project.expect("up")
            try await project.expect(
                "box", "package", "--as", "kept/one", "--keep-identity", "--stop", timeout: .seconds(300))
            let list = try JSONTree(parsing: try await project.expect("box", "list", "--json").text)["boxes"]
            guard case .list(let boxes)? = list else { throw Failure() }
            let box = try #require(boxes.first { $0["name"]?.text == "kept/one" })
            let digest = try #require(box["digest"]?.text?.split(separator: ":").last)
            let images = project.binary.home.appending("boxes").appending("images")
            let image = try #require(try HostFiles.list(images).first { $0.hasSuffix(digest) })
            let etc = images.appending(image).appending("rootfs").appending("etc")
            let key = try HostFiles.read(etc.appending("ssh").appending("ssh_host_ed25519_key.pub"))
            let known = project.directory.pushing(FilePath(".devenv/machines/one/known_hosts"))
            let own = String(decoding: try #require(key), as: UTF8.self).split(separator: " ")
            let accepted = String(decoding: try #require(try HostFiles.read(known)), as: UTF8.self)
            #expect(own.count > 1 && accepted.contains(own[1]), "\(own) \(accepted)")
            try await project.expect("box", "remove", "kept/one")
        }
    }

    /// The machine is made, but never started: for that the box is too small.
    @Test func aBoxThatIsUsedGoesOnlyByForce() async throws {
        let place = FilePath("/var/tmp/devenv-pruned-" + SecureRandom.hexadecimal(digits: 12))
        let project = AcceptanceProject(
            directory: place.appending("project"), binary: DevenvBinary(home: place.appending("home")))
        defer { try? HostFiles.remove(place) }  // a machine that is left keeps it
        try HostFiles.makeDirectory(project.directory)
        try project.write(
            "version: 1\nprovider: container\nmachines: { one: { box: team/tiny@= 1.0 } }\n", to: "Envfile")
        try await project.tried(#_sourceLocation) { project in
            try project.write("root:x:0:0:root:/root:/bin/sh\n", to: "tree/etc/passwd")
            try project.write("", to: "tree/root/.profile")
            for version in ["1.0", "2.0"] {
                try project.write(version, to: "tree/etc/hostname")
                try await project.expect("box", "add", "tree", "--name", "team/tiny", "--box-version", version)
            }
            try await project.expect(
                "up", status: 128 + 9, environment: ["DEVENV_FAULT": "engine.start.before"])
            for keeping in [["box", "prune"], ["box", "prune", "-k"]] {
                let kept = try await project.binary.run(keeping, in: project.directory)
                #expect(kept.status == 0 && kept.text == "Freed 0 B.\n", "\(keeping): \(kept.transcript)")
            }
            try await project.expect("box", "prune", "-k", "-f", status: 64)
            let pruned = try await project.expect("box", "prune", "-f").text
            #expect(pruned.contains("Removed team/tiny 1.0"), "\(pruned)")
            #expect(try await !project.expect("box", "list").text.contains("1.0"))
            try project.write("1.0", to: "tree/etc/hostname")
            try await project.expect("box", "add", "tree", "--name", "team/tiny", "--box-version", "1.0")
            let used = try await project.expect("box", "remove", "team/tiny", "--box-version", "1.0", status: 1)
            #expect(used.errors.contains("one"), "\(used.errors)")
            try await project.expect("box", "remove", "team/tiny", "--box-version", "1.0", "-f")
        }
    }

    /// What a definition has made it makes anew without being asked; what another one has made stays.
    @Test func anotherDefinitionReplacesABoxOnlyByForce() async throws {
        let definition = "name: forced/app\nbase: $BOX\nproviders: container\nfiles: [{ content: one, to: /etc/x }]\n"
        let files = ["one.yaml": definition, "two.yaml": definition.replacing("content: one", with: "content: two")]
        try await AcceptanceProject.with("version: 1\nmachines: { one: { box: $BOX } }\n", files: files) { project in
            try await project.expect("box", "build", "one.yaml")
            let refused = try await project.expect("box", "build", "two.yaml", status: 1)
            #expect(refused.errors.contains("--force"), "\(refused.errors)")
            let built = try await project.expect("box", "build", "two.yaml", "-f")
            #expect(built.text.contains("Built forced/app"), "\(built.transcript)")
            try await project.expect("box", "remove", "forced/app")
        }
    }

    private struct Failure: Error {}
}
