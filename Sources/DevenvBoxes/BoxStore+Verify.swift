import DevenvCrypto
import DevenvHost
package import DevenvPluginAPI
import SystemPackage

extension BoxStore {
    /// What came of comparing an image with what was added.
    package struct Verification: Hashable, Sendable {
        /// The image and its name.
        package let record: BoxRecord
        /// Every missing, changed and extra file; empty where all is as it was.
        package let differences: [ImageDifference]
    }

    /// Compares the images of a name, or the one in one format, with what was added. Reads all of them and changes nothing.
    ///
    /// Throws `.missing` for what is not there, `.damaged` where a tree's manifest itself is not what was written.
    package func verify(_ name: String, format: BoxImage.Format? = nil) async throws(BoxError) -> [Verification] {
        let records = try records(of: name).filter { format == nil || $0.format == format }
        guard !records.isEmpty else {
            throw BoxError(
                .missing, "verifying the box '\(name)': there is no such \(format?.noun ?? "box")",
                help: "run 'devenv box list' to see what is there")
        }
        var verifications: [Verification] = []
        for record in records {
            let differences = try await differences(of: record)
            verifications.append(Verification(record: record, differences: differences))
        }
        return verifications
    }

    private func differences(of record: BoxRecord) async throws(BoxError) -> [ImageDifference] {
        let image = layout.image(record.image.digest)
        switch record.format {
        case .directories: return try await differences(of: image, record)
        case .qcow2:
            let file = image.disk.lastComponent?.string ?? ""
            guard HostFiles.exists(image.disk) else {
                return [ImageDifference(kind: .missing, path: file, details: [])]
            }
            let digest = try await DiskDigest.digest(of: image.disk, "verifying the box '\(record.name)'").get()
            if digest == record.image.digest { return [] }
            return [ImageDifference(kind: .changed, path: file, details: ["content"])]
        }
    }

    private func differences(of image: ImageLayout, _ record: BoxRecord) async throws(BoxError) -> [ImageDifference] {
        let recorded = try BoxError.wrap { () throws(HostError) in try HostFiles.read(image.manifest, limit: 1 << 30) }
        guard let recorded, SHA256.hexadecimal(of: recorded) == record.image.digest.hexadecimal else {
            throw BoxError(
                .damaged,
                "verifying the box '\(record.name)': its manifest '\(image.manifest)' is missing or was changed",
                help: "run 'devenv box remove \(record.name)' and add it again")
        }
        let current = try await TreeManifest.measuring(image.tree)
        if current.bytes == recorded { return [] }
        let lines = String(decoding: recorded, as: UTF8.self).split(separator: "\n")
        return ImageDifference.between(recorded: lines.dropFirst(), current: current)
    }
}
