import CHost
import DevenvCrypto
import DevenvHost
import Glibc
import SystemPackage

extension TreeWalk {
    /// Labels that the host's own security modules put on files; they say something about the host, nothing about the box.
    private static let ofTheHost: Set<String> = ["security.selinux", "security.ima", "security.evm"]

    /// The extended attributes of an entry, in the order of their names; a link's own, where it has some.
    static func attributes(_ location: FilePath) throws(HostError) -> [TreeEntry.Attribute] {
        var attributes: [TreeEntry.Attribute] = []
        for name in try attributeNames(location) where !ofTheHost.contains(name) {
            let value = try bytes("reading the attribute \(name) of", location) { space, size in
                location.withPlatformString { lgetxattr($0, name, space, size) }
            }
            let word = ManifestWord(escaping: name.utf8)
            attributes.append(TreeEntry.Attribute(name: word, value: Hexadecimal.encode(value)))
        }
        return attributes.sorted { $0.name < $1.name }
    }

    private static func attributeNames(_ location: FilePath) throws(HostError) -> [String] {
        let list = try bytes("listing the attributes of", location) { space, size in
            location.withPlatformString { llistxattr($0, space?.assumingMemoryBound(to: CChar.self), size) }
        }
        return list.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    }

    /// Asks for the size first: nearly every file has no attribute, and none needs a buffer then.
    private static func bytes(
        _ attempt: String, _ location: FilePath, _ call: (UnsafeMutableRawPointer?, Int) -> Int
    ) throws(HostError) -> [UInt8] {
        let size = call(nil, 0)
        if size == 0 { return [] }
        if size < 0, errno == ENOTSUP { return [] }
        guard size > 0 else { throw HostError(attempt, location, Errno(rawValue: errno)) }
        var buffer = [UInt8](repeating: 0, count: size)
        let count = buffer.withUnsafeMutableBytes { call($0.baseAddress, $0.count) }
        guard count >= 0 else { throw HostError(attempt, location, Errno(rawValue: errno)) }
        return Array(buffer.prefix(count))
    }
}
