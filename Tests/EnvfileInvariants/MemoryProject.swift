import DevenvDiagnostics
import DevenvEnvfile
import DevenvModel
import SystemPackage

/// A project made of one input: the file separator of ASCII, which no YAML has, stands between its Envfile, the personal settings
/// beside it and two files to include. Nothing that they say reaches the host.
struct MemoryProject {
    /// Those of its files that there are, the Envfile first.
    let sources: [SourceText]
    private let files: ProjectFiles

    private static let names = ["Envfile", "Envfile.local.yaml", "base.yaml", "app/web.yaml"]
    private static let directory: FilePath = "/project"
    private static let separator: UInt8 = 0x1C
    private static let environment = ["HOME": "/home/dev", "NAME": "value", "EMPTY": ""]

    init(_ bytes: [UInt8]) {
        let parts = bytes.split(separator: Self.separator, maxSplits: 3, omittingEmptySubsequences: false)
        sources = zip(Self.names, parts).map { SourceText(name: $0, bytes: Array($1)) }
        let contents = sources.map { (Self.directory.pushing(FilePath($0.name)), $0.bytes) }
        files = .inMemory(Dictionary(contents) { first, _ in first })
    }

    /// Reads it from the beginning.
    func load(addresses: AddressBook = AddressBook()) -> EnvfileLoader.Result {
        EnvfileLoader.load(
            sources[0], directory: Self.directory, environment: Self.environment, addresses: addresses, files: files)
    }
}
