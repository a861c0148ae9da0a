import DevenvHost
import SystemPackage

/// The packages in a tree, as dpkg has them on record.
struct InstalledPackages: Hashable, Sendable {
    /// The version of each.
    let versions: [String: String]

    /// Reads the record of a tree.
    init(in tree: FilePath) throws(BoxError) {
        let path = tree.appending("var/lib/dpkg/status")
        self.init(status: try BoxError.wrap { () throws(HostError) in try HostFiles.read(path) } ?? [])
    }

    /// Reads a record: paragraphs of fields (Debian Policy 5.1).
    init(status: [UInt8]) {
        var versions: [String: String] = [:]
        var name: String?
        for line in status.split(separator: 0x0A, omittingEmptySubsequences: false) {
            if line.isEmpty {
                name = nil
            } else if line.starts(with: Array("Package: ".utf8)) {
                name = String(decoding: line.dropFirst(9), as: UTF8.self)
            } else if let name, line.starts(with: Array("Version: ".utf8)) {
                versions[name] = String(decoding: line.dropFirst(9), as: UTF8.self)
            }
        }
        self.versions = versions
    }

    /// Those that were asked for, with their versions, and how many there are in all.
    func summary(of names: [String]) -> String {
        let asked = names.map { String($0.prefix { $0 != "=" && $0 != ":" }) }
        let known = asked.compactMap { name in versions[name].map { "\(name) \($0)" } }
        return (known + ["\(versions.count) in all"]).joined(separator: ", ")
    }
}
