import DevenvHost
import DevenvTestSupport
import Glibc
import LibvirtProvider
import SystemPackage
import Testing

/// A connection to a libvirt session of a test's own, with a pool in the session's home.
struct SessionFixture {
    let connection: LibvirtConnection
    let pool = "devenv"
    /// The pool's directory.
    let directory: FilePath
    /// Where it answers.
    let daemon: PrivateLibvirt

    /// Runs the body with a started pool.
    static func with(_ body: (SessionFixture) async throws -> Void) async throws {
        try await PrivateLibvirt.with(.session) { daemon in
            let fixture = SessionFixture(
                connection: try await LibvirtConnection.open(daemon.uri), directory: daemon.home.appending("pool"),
                daemon: daemon)
            try await fixture.makePool()
            try await body(fixture)
            await fixture.connection.close()
        }
    }

    private func makePool() async throws {
        let target = XMLElement("target", [:], [XMLElement("path", text: directory.string)])
        try await connection.define(
            pool: XMLElement("pool", ["type": "dir"], [XMLElement("name", text: pool), target]))
        try await connection.build(pool: pool)
        try await connection.start(pool: pool)
    }

    /// Makes an empty volume.
    func makeVolume(_ name: String, format: String, bytes: Int64) async throws -> VolumeInfo {
        try await connection.createVolume(
            in: pool,
            XMLElement(
                "volume", [:],
                [
                    XMLElement("name", text: name), XMLElement("capacity", ["unit": "bytes"], text: "\(bytes)"),
                    XMLElement("allocation", text: "0"),
                    XMLElement("target", [:], [XMLElement("format", ["type": format])]),
                ]))
    }

    /// Defines a domain that runs nothing but its firmware.
    func makeDomain(disk: VolumeInfo) async throws -> DomainID {
        let drive = XMLElement(
            "disk", ["type": "file", "device": "disk"],
            [
                XMLElement("driver", ["name": "qemu", "type": "qcow2"]), XMLElement("source", ["file": disk.path]),
                XMLElement("target", ["dev": "vda", "bus": "virtio"]),
            ])
        let agent = XMLElement(
            "channel", ["type": "unix"],
            [
                // libvirt's own choice below a temporary home is longer than a socket's path may be
                XMLElement("source", ["mode": "bind", "path": daemon.home.appending("agent").string]),
                XMLElement("target", ["type": "virtio", "name": "org.qemu.guest_agent.0"]),
            ])
        return try await connection.define(
            XMLElement(
                "domain", ["type": "qemu"],
                [
                    XMLElement("name", text: "guest"), XMLElement("memory", ["unit": "MiB"], text: "64"),
                    XMLElement("vcpu", text: "1"),
                    XMLElement("os", [:], [XMLElement("type", ["arch": "x86_64", "machine": "q35"], text: "hvm")]),
                    XMLElement("features", [:], [XMLElement("acpi")]),
                    XMLElement("devices", [:], [drive, agent]),
                ]))
    }
}
