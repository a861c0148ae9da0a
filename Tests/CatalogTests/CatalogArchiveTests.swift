import DevenvCatalogs
import DevenvHost
import DevenvTestSupport
import SystemPackage
import Testing

/// All files of a catalog in one.
@Suite struct CatalogArchiveTests {
    private static let long = "boxes/\(String(repeating: "n", count: 90))/\(String(repeating: "m", count: 90)).json"
    private static let files: [String: [UInt8]] = [
        "catalog.json": Array("{}\n".utf8), "boxes/team/base.json": Array(repeating: 0x61, count: 1024), long: [],
    ]

    @Test func whatIsPutTogetherIsReadAgain() throws {
        let archive = CatalogArchive(Self.files)
        let read = try CatalogArchive(reading: archive.bytes, "reading")
        #expect(read == archive)
        #expect(read.paths == Set(Self.files.keys))
        for (path, content) in Self.files { #expect(read[path] == content) }
        #expect(read["boxes/none.json"] == nil)
        #expect(CatalogArchive(Self.files).bytes == archive.bytes)
    }

    @Test(.requires(tool: "tar")) func tarReadsItToo() async throws {
        try await TemporaryDirectory.with { directory in
            try AtomicFile.write(CatalogArchive(Self.files).bytes, to: directory.path.appending("catalog.tar"))
            let call = ToolInvocation("tar", ["-xf", "catalog.tar"], directory: directory.path)
            let outcome = try await SystemToolRunner().run(call)
            #expect(outcome.status == 0 && outcome.complaint.isEmpty, "\(outcome.complaint)")
            for (path, content) in Self.files {
                #expect(try HostFiles.read(directory.path.pushing(FilePath(path))) == content)
            }
        }
    }

    /// As somebody makes it by hand.
    @Test(.requires(tool: "tar"), arguments: ["ustar", "gnu", "posix"])
    func whatTarWritesIsRead(format: String) async throws {
        try await TemporaryDirectory.with { directory in
            for (path, content) in Self.files where path != Self.long || format == "posix" {
                try directory.write(content, to: path)
            }
            let call = ToolInvocation(
                "tar", ["-cf", "-", "--format=\(format)", "catalog.json", "boxes"], directory: directory.path)
            let archive = try CatalogArchive(
                reading: try await SystemToolRunner().run(call).standardOutput, "reading")
            #expect(archive["boxes/team/base.json"] == Self.files["boxes/team/base.json"])
            #expect(archive[Self.long] == (format == "posix" ? [] : nil))
        }
    }

    @Test(arguments: ["short", "header", "twice", "outside", "nothing"])
    func whatIsNoCatalogIsRefused(what: String) {
        var bytes = CatalogArchive(Self.files).bytes
        switch what {
        case "short": bytes.removeLast(bytes.count - 700)
        case "header": bytes[3] ^= 1
        case "twice":
            let one = CatalogArchive(["catalog.json": [1]]).bytes.prefix(1024)
            bytes = Array(one + one) + [UInt8](repeating: 0, count: 1024)
        case "outside": bytes = CatalogArchive(["../../etc/passwd": [1]]).bytes
        default: bytes = []
        }
        let error = #expect(throws: CatalogError.self) { try CatalogArchive(reading: bytes, "reading the catalog") }
        #expect(error?.code == .invalid)
    }
}
