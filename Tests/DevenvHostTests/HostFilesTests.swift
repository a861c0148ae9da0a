import DevenvHost
import DevenvTestSupport
import Glibc
import SystemPackage
import Testing

struct HostFilesTests {
    @Test func aTreeIsRemovedWithItsOddNamesAndLockedDirectories() async throws {
        try await TemporaryDirectory.with { directory in
            for name in ["tree/a/b/c", "tree/ -rf *", "tree/new\nline", "tree/ü", "tree/.hidden/x"] {
                try directory.write("x", to: name)
            }
            let tree = directory.path.appending("tree")
            try HostFiles.remove(tree)
            #expect(HostFiles.kind(tree) == nil)
        }
    }

    @Test func linksAreRemovedNotFollowed() async throws {
        try await TemporaryDirectory.with { directory in
            try directory.write("keep", to: "kept/file")
            try directory.write("x", to: "tree/x")
            for name in ["tree/link", "link"] {
                #expect(symlink("\(directory.path)/kept", "\(directory.path)/\(name)") == 0)
            }
            try HostFiles.remove(directory.path.appending("tree"))
            try HostFiles.remove(directory.path.appending("link"))
            #expect(try HostFiles.list(directory.path) == ["kept"])
            #expect(try directory.read("kept/file") == "keep")
        }
    }

    @Test(.requiresRoot, .requires(tool: "mount", "umount"))
    func aMountBelowIsAnErrorAndIsNotEmptied() async throws {
        try await TemporaryDirectory.with { directory in
            let point = try directory.write("x", to: "tree/mounted/x").removingLastComponent()
            let mounted = try await SystemToolRunner().run(
                ToolInvocation("mount", ["-t", "tmpfs", "none", point.string]))
            #expect(mounted.status == 0)
            try directory.write("precious", to: "tree/mounted/file")
            #expect(throws: HostError.self) { try HostFiles.remove(directory.path.appending("tree")) }
            #expect(try directory.read("tree/mounted/file") == "precious")
            _ = try await SystemToolRunner().run(ToolInvocation("umount", [point.string]))
            try HostFiles.remove(directory.path.appending("tree"))
        }
    }

    @Test func removingNothingIsFine() async throws {
        try await TemporaryDirectory.with { directory in
            try HostFiles.remove(directory.path.appending("nothing"))
            try HostFiles.remove(directory.path.appending("nothing").appending("below"))
        }
    }

    @Test func aFileThatIsNotThereReadsAsNothingAndOneThatIsTooLargeIsAnError() async throws {
        try await TemporaryDirectory.with { directory in
            #expect(try HostFiles.read(directory.path.appending("nothing")) == nil)
            let file = try directory.write([UInt8](repeating: 0, count: 200_000), to: "large")
            #expect(try HostFiles.read(file, limit: 200_000)?.count == 200_000)
            #expect(throws: HostError.self) { try HostFiles.read(file, limit: 100_000) }
        }
    }

    @Test func directoriesAreMadeWithThoseAboveThemAndAgain() async throws {
        try await TemporaryDirectory.with { directory in
            let deep = directory.path.pushing("a/b/c")
            try HostFiles.makeDirectory(deep, mode: [.ownerReadWriteExecute])
            try HostFiles.makeDirectory(deep)
            #expect(HostFiles.kind(deep) == .directory)
            #expect(try mode(deep) == 0o700)
            #expect(try mode(directory.path.pushing("a/b")) == 0o711)
            #expect(try mode(directory.path.pushing("a")) == 0o711)
            try directory.write("x", to: "file")
            #expect(throws: HostError.self) { try HostFiles.makeDirectory(directory.path.pushing("file/below")) }
        }
    }

    @Test func kindsAreToldApartWithoutFollowingLinks() async throws {
        try await TemporaryDirectory.with { directory in
            let file = try directory.write("x", to: "file")
            let link = directory.path.appending("link")
            #expect(symlink("nowhere", link.string) == 0)
            #expect(HostFiles.kind(file) == .file)
            #expect(HostFiles.kind(link) == .link)
            #expect(HostFiles.kind("/dev/null") == .other)
            #expect(HostFiles.kind(directory.path.appending("nothing")) == nil)
            #expect(!HostFiles.exists(link))
            #expect(HostFiles.exists(file))
        }
    }

    @Test func namesAreListedInOrder() async throws {
        try await TemporaryDirectory.with { directory in
            for name in ["b", "a", ".c"] { try directory.write("", to: name) }
            #expect(try HostFiles.list(directory.path) == [".c", "a", "b"])
            #expect(try HostFiles.list(directory.path.appending("nothing")).isEmpty)
        }
    }

    @Test(arguments: [
        (["DEVENV_HOME": "/h"], UInt32(0), "/h", "/h/run"), ([:], 0, "/var/lib/devenv", "/run/devenv"),
        (["HOME": "/home/u"], 1000, "/home/u/.local/share/devenv", "/tmp/devenv-1000/devenv"),
        (["HOME": "/u", "XDG_DATA_HOME": "/d", "XDG_RUNTIME_DIR": "/r"], 7, "/d/devenv", "/r/devenv"),
        (
            ["HOME": "/u", "XDG_DATA_HOME": "relative", "DEVENV_HOME": "relative"], 7, "/u/.local/share/devenv",
            "/tmp/devenv-7/devenv"
        ),
    ])
    func aUsersDirectories(_ environment: [String: String], _ user: UInt32, _ data: String, _ runtime: String) {
        let directories = HostDirectories(environment: environment, userID: user)
        #expect(directories.data.string == data)
        #expect(directories.runtime.string == runtime)
    }

    private func mode(_ path: FilePath) throws -> UInt32 {
        var status = stat()
        guard lstat(path.string, &status) == 0 else { throw Errno(rawValue: errno) }
        return status.st_mode & 0o7777
    }
}
