import DevenvHost
import DevenvTestSupport
import Glibc
import SystemPackage
import Testing

struct AtomicFileTests {
    @Test(arguments: [true, false]) func theFileHoldsTheBytesAndTheMode(_ durable: Bool) async throws {
        try await TemporaryDirectory.with { directory in
            let file = directory.path.appending("file")
            try AtomicFile.write([1, 2, 3], to: file, mode: [.ownerReadWrite], durable: durable)
            #expect(try HostFiles.read(file) == [1, 2, 3])
            #expect(try mode(file) == 0o600)
        }
    }

    @Test func theModeHoldsWhateverTheUmaskIs() async throws {
        try await TemporaryDirectory.with { directory in
            let file = directory.path.appending("file")
            try AtomicFile.write([], to: file, mode: FilePermissions(rawValue: 0o666))
            #expect(try mode(file) == 0o666)
        }
    }

    @Test func anOldFileIsReplacedAndNothingElseIsLeft() async throws {
        try await TemporaryDirectory.with { directory in
            let file = try directory.write("old and much longer", to: "file")
            try AtomicFile.write(Array("new".utf8), to: file)
            #expect(try directory.read("file") == "new")
            #expect(try HostFiles.list(directory.path) == ["file"])
        }
    }

    @Test func aReaderSeesTheOldContentOrTheNewNeverAPart() async throws {
        try await TemporaryDirectory.with { directory in
            let file = directory.path.appending("file")
            let contents = [UInt8(1), 2].map { [UInt8](repeating: $0, count: 100_000) }
            try AtomicFile.write(contents[0], to: file, durable: false)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for round in 0..<200 { try AtomicFile.write(contents[round % 2], to: file, durable: false) }
                }
                for _ in 0..<200 {
                    let bytes = try HostFiles.read(file)
                    #expect(bytes == contents[0] || bytes == contents[1])
                }
                try await group.waitForAll()
            }
        }
    }

    @Test func aTargetThatCanNotBeReplacedIsAnErrorThatLeavesNothing() async throws {
        try await TemporaryDirectory.with { directory in
            let target = directory.path.appending("directory")
            try directory.write("x", to: "directory/inside")
            #expect(throws: HostError.self) { try AtomicFile.write([1], to: target) }
            #expect(try HostFiles.list(directory.path) == ["directory"])
        }
    }

    @Test func aMissingDirectoryIsNamedInTheError() async throws {
        try await TemporaryDirectory.with { directory in
            let file = directory.path.appending("missing").appending("file")
            let error = #expect(throws: HostError.self) { try AtomicFile.write([1], to: file) }
            #expect(error?.errno == .noSuchFileOrDirectory)
            #expect(error?.description.contains(file.string) == true)
        }
    }

    private func mode(_ path: FilePath) throws -> UInt32 {
        var status = stat()
        guard lstat(path.string, &status) == 0 else { throw Errno(rawValue: errno) }
        return status.st_mode & 0o7777
    }
}
