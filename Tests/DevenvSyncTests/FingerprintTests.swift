import DevenvDiagnostics
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvSync
import DevenvTestSupport
import Glibc
import SystemPackage
import Testing

struct FingerprintTests {
    @Test func aFolderThatChangesWhileItIsReadHasNoFingerprint() async throws {
        try await TemporaryDirectory.with { directory in
            let folder = try directory.filled()
            let before = FileClock.now
            try directory.write("two", to: "sub/file")
            let changed = try await RsyncSynchronizer().reading(of: folder, unchangedSince: before).fingerprint
            #expect(changed == nil)
            try await eventually("the clock of files has moved on") { FileClock.now > before }
            try await eventually("nothing is as new as now") {
                try await RsyncSynchronizer().reading(of: folder, unchangedSince: FileClock.now).fingerprint != nil
            }
            let after = FileClock.now
            try HostFiles.remove(directory.path.appending("sub/file"))
            let removed = try await RsyncSynchronizer().reading(of: folder, unchangedSince: after).fingerprint
            #expect(removed == nil, "a removal is a change too")
        }
    }

    @Test func anUntouchedFolderKeepsItsFingerprint() async throws {
        try await TemporaryDirectory.with { directory in
            let folder = try directory.filled()
            let first = try await RsyncSynchronizer().fingerprint(folder)
            #expect(first.count == 64)
            #expect(try await RsyncSynchronizer().fingerprint(folder) == first)
        }
    }

    @Test(arguments: [
        "content of the same size", "mode", "name", "new file", "new directory", "removal", "link", "target",
    ])
    func everyChangeChangesIt(_ change: String) async throws {
        try await TemporaryDirectory.with { directory in
            var folder = try directory.filled()
            let first = try await RsyncSynchronizer().fingerprint(folder)
            let file = "\(directory.path)/sub/file"
            switch change {
            case "content of the same size": try directory.write("two", to: "sub/file")
            case "mode": chmod(file, 0o755)
            case "name": rename(file, file + "2")
            case "new file": try directory.write("", to: "sub/empty")
            case "new directory": mkdir("\(directory.path)/sub/more", 0o755)
            case "removal": unlink(file)
            case "link": symlink("file", "\(directory.path)/sub/link")
            default: folder.target = GuestPath("/other")
            }
            #expect(try await RsyncSynchronizer().fingerprint(folder) != first)
        }
    }

    @Test func whatIsNotSentDoesNotCount() async throws {
        try await TemporaryDirectory.with { directory in
            var folder = try directory.filled()
            folder.exclude = ["*.log", "node_modules/", "/build"]
            let first = try await RsyncSynchronizer().fingerprint(folder)
            for name in [".devenv/state", "sub/.devenv/state", "sub/x.log", "node_modules/a/b", "build/out"] {
                try directory.write("x", to: name)
            }
            #expect(try await RsyncSynchronizer().fingerprint(folder) == first)
            try directory.write("x", to: "sub/build")  // the pattern is anchored, this one is sent
            #expect(try await RsyncSynchronizer().fingerprint(folder) != first)
        }
    }

    @Test func aRuleThatIncludesAgainIsNotGuessedAt() async throws {
        try await TemporaryDirectory.with { directory in
            var folder = try directory.filled()
            folder.exclude = ["+ important.log", "*.log"]
            let first = try await RsyncSynchronizer().fingerprint(folder)
            try directory.write("x", to: "important.log")
            #expect(try await RsyncSynchronizer().fingerprint(folder) != first)
        }
    }
}

extension TemporaryDirectory {
    fileprivate func filled() throws -> SyncedFolder {
        try write("one", to: "sub/file")
        try write("text", to: "readme")
        return SyncedFolder(source: Located(path), target: GuestPath("/srv"))
    }
}
