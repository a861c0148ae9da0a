import DevenvCatalogs
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import SystemPackage
import Testing

/// A catalog, a user and keys of a test's own.
struct CatalogRig: Sendable {
    let directory: TemporaryDirectory
    let host: HostDirectories

    static func with(_ body: (CatalogRig) async throws -> Void) async throws {
        try await TemporaryDirectory.with { directory in
            let home = directory.path.appending("home")
            try await body(CatalogRig(directory: directory, host: HostDirectories(data: home, runtime: home)))
        }
    }

    var catalog: FilePath { directory.path.appending("catalog") }
    let registries = MemoryRegistries()
    var library: CatalogLibrary {
        CatalogLibrary(directories: host, runner: SystemToolRunner(), registries: registries)
    }
    var user: UserCatalogs { UserCatalogs(directories: host) }
    var publisher: DirectoryPublisher { DirectoryPublisher(directory: catalog, runner: SystemToolRunner()) }

    /// Makes a key pair and returns the private half.
    func key(_ name: String) async throws -> FilePath {
        let path = directory.path.appending(name)
        let call = ToolInvocation(
            "ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "a comment", "-f", path.string])
        #expect(try await SystemToolRunner().run(call).status == 0)
        return path
    }

    /// The public half.
    func publicKey(_ key: FilePath) throws -> PublicKey {
        let text = try HostFiles.read(FilePath(key.string + ".pub")) ?? []
        return try #require(PublicKey(parsing: String(decoding: text, as: UTF8.self)))
    }

    /// A box that is a disk of some bytes, as far as a catalog is concerned.
    func box(_ name: String = "team/base", _ version: String = "1.0", content: String = "disk") throws -> PublishedBox {
        let image = try directory.write(content, to: "images/\(content)/disk.qcow2")
        return PublishedBox(
            name: name, version: try #require(BoxVersion(parsing: version)), format: .qcow2, architecture: "amd64",
            digest: "sha256:\(content)", user: "dev", hasKnownKey: false, image: image, virtualBytes: 3 << 30)
    }

    func publish(_ box: PublishedBox, key: FilePath? = nil, replacing: Bool = false) async throws -> Publication {
        var options = PublishingOptions()
        options.key = key
        options.replacing = replacing
        return try await publisher.publish(box, options)
    }

    func open(key: PublicKey? = nil) async throws -> Catalog {
        try await library.open(CatalogSource(.directory(catalog), key: key))
    }

    /// Has the catalog's key remembered, as whoever gets a box from it does.
    func meet() async throws {
        let catalog = try await open()
        try await user.pin(try #require(catalog.key), of: catalog.location)
    }

    /// Every file of the catalog, without the folder that publications work in.
    func files() throws -> [String] { try Self.files(catalog, "").filter { !$0.hasPrefix(".publishing") } }

    private static func files(_ folder: FilePath, _ prefix: String) throws -> [String] {
        try HostFiles.list(folder).flatMap { name -> [String] in
            let path = folder.appending(name)
            return HostFiles.isDirectory(path) ? try files(path, "\(prefix)\(name)/") : [prefix + name]
        }
    }
}
