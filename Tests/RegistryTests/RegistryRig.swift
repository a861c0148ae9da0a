import DevenvBoxes
import DevenvCrypto
import DevenvDownload
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvRegistry
import DevenvTestSupport
import SystemPackage
import Testing

/// A store of a test's own and images for it.
struct RegistryRig {
    let directory: TemporaryDirectory
    let directories: HostDirectories
    let store: BoxStore

    static func with(_ body: (RegistryRig) async throws -> Void) async throws {
        try await TemporaryDirectory.with { directory in try await body(RegistryRig(directory, named: "home")) }
    }

    init(_ directory: TemporaryDirectory, named name: String) {
        self.directory = directory
        let home = directory.path.appending(name)
        directories = HostDirectories(data: home, runtime: home.appending("run"))
        store = BoxStore(directories: directories, runner: SystemToolRunner())
    }

    /// Another store beside it, as somebody else has.
    func another() -> RegistryRig { RegistryRig(directory, named: "home-\(UInt32.random(in: 0 ... .max))") }

    var registry: RegistryBoxes { RegistryBoxes(store: store, directories: directories, runner: SystemToolRunner()) }

    func add(
        _ reference: String, name: String = "test", replacing: Bool = false,
        events: @escaping @Sendable (DownloadEvent) -> Void = { _ in }
    ) async throws -> RegistryBoxes.Result {
        let image = try #require(ImageReference(reference, base: directory.path))
        return try await registry.add(
            image, as: BoxStore.Naming(name: name, source: reference, replacing: replacing), events: events)
    }

    /// Blobs that have come of boxes that are not there yet.
    func blobs() throws -> [FilePath] {
        let places = directories.downloads.appending("registry")
        return try HostFiles.list(places).flatMap { name in
            let files = places.appending(name).pushing("blobs/sha256")
            return try HostFiles.list(files).map(files.appending)
        }
    }

    /// The names in a directory of the store.
    func list(_ name: String) throws -> [String] { try HostFiles.list(directories.boxes.appending(name)) }

    /// What a command with this tree below `$1` leaves is a layer.
    func layer(_ name: String, _ script: String) async throws -> FilePath {
        let tree = directory.path.appending("tree-\(name)")
        try HostFiles.makeDirectory(tree)
        try await run("sh", ["-euc", script, "sh", tree.string])
        let archive = directory.path.appending("\(name).tar")
        try await run(
            "tar",
            [
                "--sort=name", "--numeric-owner", "--owner=0", "--group=0", "--xattrs", "--xattrs-include=*",
                "--sparse",
                "--format=pax", "--mtime=@1", "-C", tree.string, "-cf", archive.string, ".",
            ])
        return archive
    }

    /// A layer with an SSH server in it, as far as a look tells.
    func base() async throws -> FilePath {
        try await layer(
            "base",
            """
            mkdir -p "$1/usr/sbin" "$1/etc/old" "$1/srv/data"
            echo sshd > "$1/usr/sbin/sshd"; echo dev:x:1000: > "$1/etc/passwd"; echo 12.11 > "$1/etc/debian_version"
            echo gone > "$1/etc/gone"; echo below > "$1/etc/old/below"; echo 1 > "$1/srv/data/one"
            """)
    }

    /// Makes an OCI layout of archives, each compressed in its own way.
    @discardableResult
    func layout(_ name: String, _ archives: [FilePath]) async throws -> FilePath {
        let layout = directory.path.appending(name)
        var layers: [String] = []
        var diffIDs: [String] = []
        for (index, archive) in archives.enumerated() {
            let plain = try #require(try HostFiles.read(archive))
            diffIDs.append("\"sha256:\(SHA256.hexadecimal(of: plain))\"")
            let tool = index % 2 == 0 ? "gzip" : "zstd"
            let packed = try await output(tool, ["-c", "-n", archive.string].filter { tool == "gzip" || $0 != "-n" })
            let type = "application/vnd.oci.image.layer.v1.tar+\(tool)"
            layers.append(try blob(packed, type, in: layout))
        }
        let description =
            #"{"architecture":"amd64","os":"linux","config":{"User":"nobody"},"rootfs":{"type":"layers","diff_ids":["#
            + diffIDs.joined(separator: ",") + "]}}"
        let config = try blob(Array(description.utf8), "application/vnd.oci.image.config.v1+json", in: layout)
        let type = "application/vnd.oci.image.manifest.v1+json"
        let manifest =
            #"{"schemaVersion":2,"mediaType":"\#(type)","config":\#(config),"layers":[\#(layers.joined(separator: ","))]}"#
        let entry = try blob(Array(manifest.utf8), type, in: layout)
        try directory.write(#"{"schemaVersion":2,"manifests":[\#(entry)]}"#, to: "\(name)/index.json")
        try directory.write(#"{"imageLayoutVersion":"1.0.0"}"#, to: "\(name)/oci-layout")
        return layout
    }

    private func blob(_ bytes: [UInt8], _ type: String, in layout: FilePath) throws -> String {
        let digest = SHA256.hexadecimal(of: bytes)
        let path = layout.pushing(FilePath("blobs/sha256/\(digest)"))
        try HostFiles.makeDirectory(path.removingLastComponent())
        try AtomicFile.write(bytes, to: path, durable: false)
        return #"{"mediaType":"\#(type)","digest":"sha256:\#(digest)","size":\#(bytes.count)}"#
    }

    /// Sends a layout to a registry, as whoever publishes images does.
    func send(_ layout: FilePath, to name: String) async throws {
        try await run("skopeo", ["copy", "-q", "--dest-tls-verify=false", "oci:\(layout)", "docker://\(name)"])
    }

    @discardableResult
    func output(_ tool: String, _ arguments: [String]) async throws -> [UInt8] {
        let outcome = try await SystemToolRunner().run(ToolInvocation(tool, arguments))
        guard outcome.status == 0 else { throw Failure(description: "\(tool): \(outcome.complaint)") }
        return outcome.standardOutput
    }

    func run(_ tool: String, _ arguments: [String]) async throws { try await output(tool, arguments) }

    /// Looks at all layers of a box as a machine sees them.
    func inOverlay<Value: Sendable>(_ name: String, _ body: (FilePath) async throws -> Value) async throws -> Value {
        let image = try store.resolve(.named(name, constraint: nil), base: "/", formats: [.directories])
        let mount = directory.path.appending("mount")
        let nothing = directory.path.appending("nothing")
        try HostFiles.makeDirectory(mount)
        try HostFiles.makeDirectory(nothing)
        let layers = image.layers.reversed().map(\.string) + [nothing.string]
        try await run(
            "mount", ["-t", "overlay", "-o", "ro,lowerdir=\(layers.joined(separator: ":"))", "box", mount.string])
        do {
            let value = try await body(mount)
            try await run("umount", [mount.string])
            return value
        } catch {
            try? await run("umount", [mount.string])  // the first error is the one to report
            throw error
        }
    }

    private struct Failure: Error, CustomStringConvertible {
        let description: String
    }
}
