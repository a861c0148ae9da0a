import CLibvirt

/// A volume of a storage pool.
package struct VolumeInfo: Hashable, Sendable {
    /// Its name, which is its file's name.
    package let name: String
    /// Where it is.
    package let path: String
    /// The format of its content, `qcow2` or `raw`; nil where libvirt doesn't know.
    package let format: String?
    /// How many bytes the guest sees.
    package let capacity: Int64
    /// How many bytes the host has allocated.
    package let allocation: Int64
    /// The file that it is an overlay of; nil where it stands by itself.
    package let backing: String?

    /// Reads what libvirt tells of a volume.
    init?(_ xml: XMLElement) {
        guard let name = xml["name"]?.text, let path = xml["target", "path"]?.text else { return nil }
        self.name = name
        self.path = path
        format = xml["target", "format"]?[attribute: "type"]
        capacity = Self.bytes(xml["capacity"])
        allocation = Self.bytes(xml["allocation"])
        backing = xml["backingStore", "path"]?.text
    }

    private static func bytes(_ element: XMLElement?) -> Int64 { element.flatMap { Int64($0.text) } ?? 0 }
}

/// Volumes, named by the pool's name and their own.
extension LibvirtConnection {
    /// All volumes of an active pool, in no order.
    package func volumes(in pool: String) async throws(LibvirtError) -> [VolumeInfo] {
        try await run { lane throws(LibvirtError) in
            try unsafe lane.list(
                .pool(pool), lane.api.virStorageVolFree, { unsafe $0.virStoragePoolListAllVolumes($1, $2, 0) },
                { volume throws(LibvirtError) in
                    VolumeInfo(try LibvirtLane.parse(try unsafe lane.take(lane.api.virStorageVolGetXMLDesc(volume, 0))))
                })
        }.compactMap(\.self)
    }

    /// One volume; nil where there is none of this name, or no such pool.
    package func volume(in pool: String, _ name: String) async throws(LibvirtError) -> VolumeInfo? {
        do throws(LibvirtError) {
            return VolumeInfo(try await volumeXML(in: pool, name))
        } catch {
            guard error.isMissing else { throw error }
            return nil
        }
    }

    /// A volume's XML.
    package func volumeXML(in pool: String, _ name: String) async throws(LibvirtError) -> XMLElement {
        try await xml(.volume(name, in: pool)) { unsafe $0.virStorageVolGetXMLDesc($1, 0) }
    }

    /// Makes a volume.
    @discardableResult
    package func createVolume(in pool: String, _ volume: XMLElement) async throws(LibvirtError) -> VolumeInfo {
        let text = volume.description
        let made = try await run { lane throws(LibvirtError) in
            let volume = try unsafe lane.make(.pool(pool), lane.api.virStorageVolFree) {
                unsafe $0.virStorageVolCreateXML($1, text, 0)
            }
            return try unsafe lane.take(volume.lend { unsafe lane.api.virStorageVolGetXMLDesc($0, 0) })
        }
        guard let info = VolumeInfo(try LibvirtLane.parse(made)) else {
            throw .unusable("libvirt made a volume without a path")
        }
        return info
    }

    /// Deletes a volume with its file.
    package func deleteVolume(in pool: String, _ name: String) async throws(LibvirtError) {
        try await call(.volume(name, in: pool)) { unsafe $0.virStorageVolDelete($1, 0) }
    }

    /// Makes a volume larger. It must not be in use: that is what `blockResize` is for.
    package func resizeVolume(in pool: String, _ name: String, bytes: Int64) async throws(LibvirtError) {
        try await call(.volume(name, in: pool)) { unsafe $0.virStorageVolResize($1, UInt64(max(0, bytes)), 0) }
    }
}
