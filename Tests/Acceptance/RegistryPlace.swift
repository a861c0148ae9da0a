import DevenvHost
import DevenvTestSupport
import SystemPackage
import Testing

/// A catalog in a real registry, a host that publishes into it, and another host that gets boxes from it.
struct RegistryPlace: Sendable {
    let server: RegistryServer
    let directory: TemporaryDirectory

    static func with(secured: Bool = false, _ body: (RegistryPlace) async throws -> Void) async throws {
        try await RegistryServer.with(secured: secured) { server in
            try await TemporaryDirectory.with { directory in
                try await body(RegistryPlace(server: server, directory: directory))
            }
        }
    }

    var catalog: String { "oci://\(server.host)/team" }
    /// What belongs to the host that gets boxes.
    var home: FilePath { directory.path.appending("home") }
    var images: FilePath { home.appending("boxes/images") }
    var staging: FilePath { home.appending("boxes/staging") }
    private var publisher: DevenvBinary { DevenvBinary(home: directory.path.appending("publisher")) }

    /// Runs a command on the host that gets boxes.
    func run(_ arguments: [String], environment: [String: String] = [:]) async throws -> ToolOutcome {
        try await DevenvBinary(home: home).run(arguments, in: directory.path, environment: environment)
    }

    /// Runs a command on the host that gets boxes.
    func run(_ arguments: String...) async throws -> ToolOutcome { try await run(arguments) }

    /// Runs a command that must succeed on the host that gets boxes.
    @discardableResult
    func expect(_ arguments: String..., sourceLocation: SourceLocation = #_sourceLocation) async throws -> ToolOutcome {
        let outcome = try await run(arguments)
        #expect(outcome.status == 0, "\(arguments): \(outcome.transcript)", sourceLocation: sourceLocation)
        return outcome
    }

    /// Runs a command on the host that publishes.
    func publisher(_ arguments: [String], environment: [String: String] = [:]) async throws -> ToolOutcome {
        try await publisher.run(arguments, in: directory.path, environment: environment)
    }

    /// Runs a command on the host that publishes, which stands still at a point while the body does something to the world.
    func publisher(
        _ arguments: [String], standingStillAt point: String, environment: [String: String],
        _ body: @Sendable () async throws -> Void
    ) async throws -> ToolOutcome {
        try await publisher.run(
            arguments, in: directory.path, environment: environment, standingStillAt: point, body)
    }

    /// Publishes a tree, the box `tree`.
    func publishTree(_ version: String) async throws {
        try directory.write("\(version)\n", to: "tree/etc/hostname")
        let tree = directory.path.appending("tree").string
        for arguments in [
            ["box", "add", tree, "--name", "tree", "--box-version", version],
            ["box", "publish", "tree@= \(version)", "--to", catalog],
        ] {
            let outcome = try await publisher(arguments)
            #expect(outcome.status == 0, "\(outcome.transcript)")
        }
    }

    /// Publishes a version of the disk `team/base`, most of which is the same in all versions.
    func publish(_ version: String, _ options: String...) async throws {
        let outcome = try await publisher(try await publication(version, options))
        #expect(outcome.status == 0, "\(outcome.transcript)")
    }

    /// The command that publishes a version.
    func publication(_ version: String, _ options: [String] = []) async throws -> [String] {
        let disk = try await disk(version)
        let added = try await publisher([
            "box", "add", disk.string, "--name", "made", "--box-version", version, "--architecture", "amd64",
        ])
        #expect(added.status == 0, "\(added.transcript)")
        return ["box", "publish", "made@= \(version)", "--as", "base", "--to", catalog] + options
    }

    private func disk(_ version: String) async throws -> FilePath {
        let raw = directory.path.appending("disk.raw")
        let noise =
            "openssl enc -aes-128-ctr -K 00 -iv 00 -nosalt -in /dev/zero 2>/dev/null | head -c 25165824 > \"$1\" || :; "
            + "printf %s \"$2\" | dd of=\"$1\" bs=1 seek=9000000 conv=notrunc 2>/dev/null"
        try await tool("sh", "-c", noise, "sh", raw.string, version)
        let disk = directory.path.appending("\(version).qcow2")
        try await tool("qemu-img", "convert", "-f", "raw", "-O", "qcow2", raw.string, disk.string)
        return disk
    }

    /// Sends the image of a container, with an SSH server as far as a look tells, and something of its own.
    func sendImage(_ content: String, to name: String) async throws {
        let script = """
            mkdir -p tree/usr/sbin tree/etc layout/blobs/sha256; echo sshd > tree/usr/sbin/sshd; echo "$2" > tree/etc/own
            tar --owner=0 --group=0 -C tree -cf layer .
            blob() { cp "$1" layout/blobs/sha256/$(sha256sum < "$1" | cut -c1-64)
              printf '{"mediaType":"%s","digest":"sha256:%s","size":%d}' "$2" $(sha256sum < "$1" | cut -c1-64) $(stat -c %s "$1"); }
            oci=application/vnd.oci.image
            printf '{"architecture":"%s","os":"linux","rootfs":{"type":"layers","diff_ids":["sha256:%s"]}}' \\
              $(dpkg --print-architecture) $(sha256sum < layer | cut -c1-64) > config
            printf '{"schemaVersion":2,"mediaType":"%s","config":%s,"layers":[%s]}' $oci.manifest.v1+json \\
              "$(blob config $oci.config.v1+json)" "$(blob layer $oci.layer.v1.tar)" > manifest
            printf '{"schemaVersion":2,"manifests":[%s]}' "$(blob manifest $oci.manifest.v1+json)" > layout/index.json
            echo '{"imageLayoutVersion":"1.0.0"}' > layout/oci-layout
            skopeo copy -q --dest-tls-verify=false oci:layout "docker://$1"
            """
        try HostFiles.remove(directory.path.appending("image"))
        try HostFiles.makeDirectory(directory.path.appending("image"))
        let call = ToolInvocation(
            "sh", ["-euc", script, "sh", name, content], directory: directory.path.appending("image"))
        let outcome = try await SystemToolRunner().run(call)
        #expect(outcome.status == 0, "\(outcome.complaint)")
    }

    /// Makes the host that gets boxes, and the project, new again, but for its lock file.
    func forgetBoxes() throws {
        for path in [home, directory.path.appending(".devenv")] { try HostFiles.remove(path) }
    }

    /// Gets what `up` gets and ends before a machine is made.
    func upToMachine(_ options: String...) async throws -> ToolOutcome {
        let up = try await run(["up"] + options, environment: ["DEVENV_FAULT": "engine.create.before"])
        #expect(up.status == 137, "\(up.transcript)")
        return up
    }

    /// Runs a program that must succeed.
    func tool(_ name: String, _ arguments: String...) async throws {
        let outcome = try await SystemToolRunner().run(ToolInvocation(name, arguments))
        #expect(outcome.status == 0, "\(name): \(outcome.complaint)")
    }

    /// Makes a key pair and returns the private half.
    func key(_ name: String = "key") async throws -> String {
        let key = directory.path.appending(name).string
        try await tool("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key)
        return key
    }

    /// The points that a command reaches, the n-th visit to one as `NAME#n`.
    func points(
        of arguments: [String], by run: ([String], [String: String]) async throws -> ToolOutcome
    ) async throws -> [String] {
        let trace = directory.path.appending("trace")
        try HostFiles.remove(trace)
        let outcome = try await run(arguments, ["DEVENV_FAULT_TRACE": trace.string])
        #expect(outcome.status == 0, "\(arguments): \(outcome.transcript)")
        var visits: [Substring: Int] = [:]
        return String(decoding: try HostFiles.read(trace) ?? [], as: UTF8.self).split(separator: "\n").map { line in
            visits[line, default: 0] += 1
            return "\(line)#\(visits[line, default: 1])"
        }
    }
}
