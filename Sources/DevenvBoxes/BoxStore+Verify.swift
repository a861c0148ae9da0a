import DevenvCrypto
import DevenvHost
import SystemPackage

extension BoxStore {
    /// What differs between a box's image and what was added: every missing, changed and extra file. Reads all of it and
    /// changes nothing.
    ///
    /// Throws `.missing` for a name that is not there, `.damaged` where the manifest itself is not what was written.
    package func verify(_ name: String) async throws(BoxError) -> [TreeDifference] {
        guard let record = try record(of: name) else {
            throw BoxError(
                .missing, "verifying the box '\(name)': there is no such box",
                help: "run 'devenv box list' to see what is there")
        }
        let image = layout.image(record.image.digest)
        let recorded = try BoxError.wrap { () throws(HostError) in try HostFiles.read(image.manifest, limit: 1 << 30) }
        guard let recorded, SHA256.hexadecimal(of: recorded) == record.image.digest.hexadecimal else {
            throw BoxError(
                .damaged, "verifying the box '\(name)': its manifest '\(image.manifest)' is missing or was changed",
                help: "run 'devenv box remove \(name)' and add it again")
        }
        let current = try await TreeManifest.measuring(image.tree)
        if current.bytes == recorded { return [] }
        let lines = String(decoding: recorded, as: UTF8.self).split(separator: "\n")
        return TreeDifference.between(recorded: lines.dropFirst(), current: current)
    }
}
