import DevenvHost
import DevenvModel
import DevenvTestSupport
import Glibc
import SystemPackage
import Testing

@testable import DevenvState

/// Projects whose directories are moved, copied and linked to.
struct PlaceTests {
    private let web = MachineName(unchecked: "web")

    private func with(_ body: (TemporaryDirectory, (String) -> ProjectStore) throws -> Void) async throws {
        try await TemporaryDirectory.with { directory in
            let host = HostDirectories(
                data: directory.path.appending("data"), runtime: directory.path.appending("run"))
            func store(_ name: String) -> ProjectStore {
                ProjectStore(directory: directory.path.appending(name), host: host, command: "devenv up")
            }
            try HostFiles.makeDirectory(store("first").directory)
            try reserve(store("first"))
            try body(directory, store)
        }
    }

    private func reserve(_ store: ProjectStore) throws {
        let subnet = try #require(IPv4Subnet("203.0.113.0/24"))
        _ = try store.reserveAddresses { book in
            var book = book
            book.subnets["default"] = subnet
            return (ProjectName(unchecked: "shop"), book)
        }
    }

    @Test func oneThatMovedIsFoundAgain() async throws {
        try await with { directory, store in
            let id = try store("first").project()?.id
            try HostFiles.rename(store("first").directory, to: store("second").directory)
            #expect(try ProjectStore.knownProjects(store("second").host).isEmpty)
            _ = try store("second").lock([web])
            let known = try ProjectStore.knownProjects(store("second").host)
            #expect(known.map(\.directory) == [store("second").directory.string] && known.first?.id == id)
            try reserve(store("second"))
            #expect(try store("second").project()?.id == id)
        }
    }

    @Test func aCopyHasNoMachinesOfAnother() async throws {
        try await with { directory, store in
            let (first, second) = (store("first"), store("second"))
            let file = try #require(try HostFiles.read(first.projectFile))
            try HostFiles.makeDirectory(second.root)
            try AtomicFile.write(file, to: second.projectFile)
            let locked = #expect(throws: StateError.self) { _ = try second.lock([web]) }
            #expect(locked?.message.contains("is a copy of '\(first.root)'") == true)
            #expect(throws: StateError.self) { try reserve(second) }
            _ = try first.lock([web])
            #expect(try ProjectStore.knownProjects(first.host).map(\.directory) == [first.directory.string])

            try HostFiles.remove(second.root)
            let subnet = try #require(IPv4Subnet("198.51.100.0/24"))
            let record = try second.reserveAddresses { book in
                var book = book
                book.subnets["default"] = subnet
                return (ProjectName(unchecked: "shop"), book)
            }
            #expect(try record?.id != first.project()?.id)
        }
    }

    @Test func aWayThroughALinkIsNoCopy() async throws {
        try await with { directory, store in
            let link = directory.path.appending("link")
            guard symlink(store("first").directory.string, link.string) == 0 else { throw Errno(rawValue: errno) }
            _ = try store("link").lock([web])
            try reserve(store("link"))
            #expect(try ProjectStore.knownProjects(store("first").host).count == 1)
            _ = try store("first").lock([web])
        }
    }
}
