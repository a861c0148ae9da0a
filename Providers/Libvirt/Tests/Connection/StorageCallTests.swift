import DevenvCrypto
import DevenvTestSupport
import LibvirtProvider
import Testing

/// Calls on pools and volumes of libvirt's test driver.
@Suite(.requires(library: "libvirt.so.0")) struct StorageCallTests {
    @Test func aPoolGoesThroughItsLife() async throws {
        try await withPool { connection, name in
            let pool = try #require(try await connection.pool(name))
            #expect(pool.name == name && !pool.isActive && pool.path == "/devenv/\(name)")
            try await connection.build(pool: name)
            try await connection.start(pool: name)
            try await connection.refresh(pool: name)
            #expect(try await connection.pools().first { $0.name == name }?.isActive == true)
            #expect(try await connection.pool(name).map { $0.available > 0 } == true)
            try await connection.destroy(pool: name)
            try await connection.delete(pool: name)
            try await connection.undefine(pool: name)
            #expect(try await connection.pool(name) == nil)
        }
    }

    @Test func volumesAreMadeFoundAndDeleted() async throws {
        try await withPool { connection, pool in
            try await connection.start(pool: pool)
            let base = try await connection.createVolume(in: pool, volume("base", bytes: 1 << 20))
            #expect(base.path == "/devenv/\(pool)/base")
            #expect(base.capacity == 1 << 20 && base.format == "qcow2" && base.backing == nil)
            let store = XMLElement(
                "backingStore", [:],
                [XMLElement("path", text: base.path), XMLElement("format", ["type": "qcow2"])])
            let overlay = try await connection.createVolume(in: pool, volume("overlay", bytes: 1 << 21, store))
            #expect(overlay.backing == base.path)
            #expect(try await Set(connection.volumes(in: pool).map(\.name)) == ["base", "overlay"])
            #expect(try await connection.volume(in: pool, "overlay") == overlay)
            try await connection.deleteVolume(in: pool, "overlay")
            #expect(try await connection.volume(in: pool, "overlay") == nil)
            let error = await #expect(throws: LibvirtError.self) {
                try await connection.deleteVolume(in: pool, "overlay")
            }
            #expect(error?.isMissing == true)
        }
    }

    @Test func aSecondVolumeOfANameIsRefused() async throws {
        try await withPool { connection, pool in
            try await connection.start(pool: pool)
            try await connection.createVolume(in: pool, volume("a", bytes: 4_096))
            let error = await #expect(throws: LibvirtError.self) {
                try await connection.createVolume(in: pool, volume("a", bytes: 4_096))
            }
            #expect(error?.alreadyExists == true)
        }
    }

    @Test func volumesOfAnAbsentPoolAreNone() async throws {
        let connection = try await LibvirtConnection.open(TestDriver.uri)
        #expect(try await connection.volume(in: "devenv-nobody", "a") == nil)
        let error = await #expect(throws: LibvirtError.self) { try await connection.volumes(in: "devenv-nobody") }
        #expect(error?.isMissing == true)
    }

    private func volume(_ name: String, bytes: Int64, _ more: XMLElement? = nil) -> XMLElement {
        let target = XMLElement("target", [:], [XMLElement("format", ["type": "qcow2"])])
        return XMLElement(
            "volume", [:],
            [XMLElement("name", text: name), XMLElement("capacity", ["unit": "bytes"], text: "\(bytes)"), target, more])
    }

    private func withPool(_ body: (LibvirtConnection, String) async throws -> Void) async throws {
        let connection = try await LibvirtConnection.open(TestDriver.uri)
        let name = "devenv-test-\(SecureRandom.hexadecimal(digits: 8))"
        let target = XMLElement("target", [:], [XMLElement("path", text: "/devenv/\(name)")])
        try await connection.define(
            pool: XMLElement("pool", ["type": "dir"], [XMLElement("name", text: name), target]))
        do { try await body(connection, name) } catch {
            await remove(name, connection)
            throw error
        }
        await remove(name, connection)
    }

    private func remove(_ name: String, _ connection: LibvirtConnection) async {
        try? await connection.destroy(pool: name)  // some tests leave it stopped
        try? await connection.undefine(pool: name)  // or gone
    }
}
