import DevenvHost
import DevenvPluginAPI
import DevenvTestSupport
import LibvirtProvider
import SystemPackage
import Testing

/// The pool: there when it is needed, gone when it is not.
@Suite(.requiresLibvirt, .requiresRoot, .requires(tool: "qemu-img", "qemu-io"))
struct PoolTests {
    @Test func thePoolComesWithTheFirstVolumeAndGoesWithTheLast() async throws {
        try await StorageFixture.with { fixture in
            _ = try await fixture.storage.prepare(fixture.plan("one"))
            _ = try await fixture.storage.prepare(fixture.plan("two"))
            try await fixture.storage.remove(fixture.identity("one"))
            #expect(try await fixture.connection.pool(fixture.pool.name)?.isActive == true)
            try await fixture.storage.remove(fixture.identity("two"))
            #expect(try await fixture.connection.pool(fixture.pool.name) == nil)
            #expect(!HostFiles.exists(fixture.poolDirectory))
        }
    }

    @Test(arguments: ["stopped", "undefined", "without its directory", "defined only"])
    func whateverIsMissingOfThePoolIsPutRight(_ state: String) async throws {
        try await StorageFixture.with { fixture in
            let (connection, name) = (fixture.connection, fixture.pool.name)
            let isEmpty = state == "without its directory" || state == "defined only"
            if !isEmpty { _ = try await fixture.storage.prepare(fixture.plan("one")) }
            switch state {
            case "stopped": try await connection.destroy(pool: name)
            case "undefined":
                try await connection.destroy(pool: name)
                try await connection.undefine(pool: name)
            case "without its directory":
                try await connection.define(pool: PoolDescription(name: name, directory: fixture.poolDirectory).xml)
                try await connection.build(pool: name)
                try await connection.start(pool: name)
                try HostFiles.remove(fixture.poolDirectory)
            default:
                try await connection.define(pool: PoolDescription(name: name, directory: fixture.poolDirectory).xml)
            }
            let files = try await fixture.storage.prepare(fixture.plan("two"))
            #expect(try await fixture.firstByte(of: files.disk) == StorageFixture.mark)
            #expect(try fixture.volumes().count == (isEmpty ? 1 : 2))
        }
    }

    @Test(arguments: ["stopped", "undefined", "stopped and emptied"])
    func machinesAreRemovedWhateverHappenedToTheirPool(_ state: String) async throws {
        try await StorageFixture.with { fixture in
            _ = try await fixture.storage.prepare(fixture.plan("one"))
            try await fixture.connection.destroy(pool: fixture.pool.name)
            if state == "undefined" { try await fixture.connection.undefine(pool: fixture.pool.name) }
            if state == "stopped and emptied" { try HostFiles.remove(fixture.poolDirectory) }
            try await fixture.storage.remove(fixture.identity("one"))
            #expect(!HostFiles.exists(fixture.poolDirectory.appending(fixture.identity("one").rootVolume)))
            #expect(try await fixture.connection.pool(fixture.pool.name) == nil)
        }
    }

    @Test func manyOpenThePoolAtOnce() async throws {
        try await StorageFixture.with { fixture in
            let names = ["one", "two", "web", "db"]
            try await withThrowingTaskGroup(of: Void.self) { group in
                for name in names { group.addTask { _ = try await fixture.storage.prepare(fixture.plan(name)) } }
                try await group.waitForAll()
            }
            #expect(try fixture.volumes().sorted() == names.map { fixture.identity($0).rootVolume }.sorted())
            #expect(try fixture.bases().count == 1)
        }
    }

    @Test func machinesComeAndGoAtOnce() async throws {
        try await StorageFixture.with { fixture in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for name in ["one", "two", "web", "db"] {
                    group.addTask {
                        for _ in 0..<5 {
                            let files = try await fixture.storage.prepare(fixture.plan(name))
                            #expect(try await fixture.firstByte(of: files.disk) == StorageFixture.mark)
                            try await fixture.storage.remove(fixture.identity(name))
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test func aPoolOfTheUsersIsUsedAndLeftAsItIs() async throws {
        try await StorageFixture.with { fixture in
            let (connection, name) = (fixture.connection, fixture.pool.name)
            try await connection.define(pool: PoolDescription(name: name, directory: fixture.poolDirectory).xml)
            try await connection.build(pool: name)
            let storage = fixture.storage(pool: .existing(name))
            _ = try await storage.prepare(fixture.plan())
            #expect(try await connection.pool(name)?.isActive == true)
            try await storage.remove(fixture.identity())
            #expect(try await connection.pool(name)?.isActive == true)
            #expect(try HostFiles.list(fixture.poolDirectory).isEmpty)
        }
    }

    @Test func aPoolThatDoesNotExistIsNamed() async throws {
        try await StorageFixture.with { fixture in
            let storage = fixture.storage(pool: .existing("no-such-pool"))
            let error = await #expect(throws: ProviderError.self) { try await storage.prepare(fixture.plan()) }
            #expect(error?.message.contains("no storage pool 'no-such-pool'") == true)
        }
    }

    @Test func filesOfSomebodyElseKeepThePool() async throws {
        try await StorageFixture.with { fixture in
            _ = try await fixture.storage.prepare(fixture.plan())
            let foreign = fixture.poolDirectory.appending("notes.txt")
            try AtomicFile.write([1], to: foreign, durable: false)
            try await fixture.storage.remove(fixture.identity())
            #expect(HostFiles.exists(foreign))
            #expect(try await fixture.connection.pool(fixture.pool.name)?.isActive == true)
            try HostFiles.remove(foreign)
        }
    }

    @Test func aFullPoolIsSaidToBeFull() async throws {
        try await StorageFixture.with { fixture in
            try HostFiles.makeDirectory(fixture.poolDirectory)
            try await StorageFixture.run(
                "mount", "-t", "tmpfs", "-o", "size=512k,mode=711", "tmpfs", fixture.poolDirectory.string)
            let error = await #expect(throws: ProviderError.self) {
                try await fixture.storage.prepare(fixture.plan())
            }
            #expect(error?.code == .diskFull, "\(String(describing: error))")
            #expect(try fixture.volumes().isEmpty)
            try await fixture.storage.remove(fixture.identity())
            #expect(try fixture.bases().isEmpty)
            try await fixture.connection.destroy(pool: fixture.pool.name)
            try await StorageFixture.run("umount", fixture.poolDirectory.string)
        }
    }
}
