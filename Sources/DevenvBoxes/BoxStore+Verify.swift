import DevenvCrypto
import DevenvHost
package import DevenvPluginAPI
import SystemPackage

extension BoxStore {
    /// What came of comparing an image with what was added.
    package struct Verification: Hashable, Sendable {
        /// The name.
        package let name: String
        /// The image's format.
        package let format: BoxImage.Format
        /// The version under which the name has it.
        package let version: String?
        /// The processor that it is for.
        package let architecture: String?
        /// Every missing, changed and extra file; empty where all is as it was.
        package let differences: [ImageDifference]
    }

    /// Compares images of a name with what was added. Reads all of them and changes nothing.
    ///
    /// Throws `.missing` for what is not there.
    package func verify(_ name: String, _ filter: BoxFilter = BoxFilter()) async throws(BoxError) -> [Verification] {
        let entries = try entries(of: name).filter(filter.admits)
        guard !entries.isEmpty else {
            throw BoxError(
                .missing, "verifying the box '\(name)': there is no such \(filter.noun)",
                help: "run 'devenv box list' to see what is there")
        }
        var known: [ImageDigest: [ImageDifference]] = [:]
        return try await verify(entries, of: name, &known)
    }

    /// Compares the images of all names with what was added, each image once.
    package func verifyAll(_ filter: BoxFilter = BoxFilter()) async throws(BoxError) -> [Verification] {
        var known: [ImageDigest: [ImageDifference]] = [:]
        var verifications: [Verification] = []
        for name in try names() {
            verifications += try await verify(try entries(of: name).filter(filter.admits), of: name, &known)
        }
        return verifications
    }

    private func verify(
        _ entries: [NameEntry], of name: String, _ known: inout [ImageDigest: [ImageDifference]]
    ) async throws(BoxError) -> [Verification] {
        var verifications: [Verification] = []
        for entry in entries {
            let differences: [ImageDifference]
            if let found = known[entry.digest] {
                differences = found
            } else {
                differences = try await self.differences(of: entry.digest, "verifying the box '\(name)'")
            }
            known[entry.digest] = differences
            verifications.append(
                Verification(
                    name: name, format: entry.format, version: entry.version, architecture: entry.architecture,
                    differences: differences))
        }
        return verifications
    }

    /// In what an image is not as it was added.
    func differences(of digest: ImageDigest, _ attempt: String) async throws(BoxError) -> [ImageDifference] {
        // a record that can't be read is as good as none here: what is damaged is told, and verification goes on
        guard let (record, place) = try? imageRecord(digest) else { return [.lost("image.json")] }
        let image = place.image(digest)
        if let layers = record.layers { return try await differences(ofLayers: layers, in: place, record, attempt) }
        if record.format == .directories { return try await differences(ofTree: image, digest) }
        if record.files == nil { return try await differences(ofDisk: image, digest, attempt) }
        return try await differences(ofFiles: image, record, attempt)
    }

    private func differences(ofDisk image: ImageLayout, _ digest: ImageDigest, _ attempt: String)
        async throws(BoxError) -> [ImageDifference]
    {
        let file = image.disk.lastComponent?.string ?? ""
        guard HostFiles.exists(image.disk) else { return [.lost(file)] }
        let found = try await DiskDigest.digest(of: image.disk, attempt).get()
        return found == digest ? [] : [.changed(file)]
    }

    private func differences(ofFiles image: ImageLayout, _ record: ImageRecord, _ attempt: String)
        async throws(BoxError) -> [ImageDifference]
    {
        guard let recorded = try manifest(of: image, record.digest), let manifest = FileManifest(recorded) else {
            return [.changed("manifest")]
        }
        guard manifest.files.map(\.name) == record.files else { return [.changed("image.json")] }
        var differences: [ImageDifference] = []
        for (file, path) in zip(manifest.files, image.content(record)) {
            if !HostFiles.exists(path) {
                differences.append(.lost(file.name))
            } else if try await DiskDigest.digest(of: path, attempt).get() != file.digest {
                differences.append(.changed(file.name))
            }
        }
        return differences
    }

    private func differences(ofTree image: ImageLayout, _ digest: ImageDigest) async throws(BoxError)
        -> [ImageDifference]
    {
        guard let recorded = try manifest(of: image, digest) else { return [.changed("manifest")] }
        guard HostFiles.exists(image.tree) else { return [.lost("rootfs")] }
        let current = try await TreeManifest.measuring(image.tree)
        if current.bytes == recorded { return [] }
        let lines = String(decoding: recorded, as: UTF8.self).split(separator: "\n")
        return ImageDifference.between(recorded: lines.dropFirst(), current: current)
    }

    /// The manifest; nil where it is missing or is not what gave the image its digest.
    private func manifest(of image: ImageLayout, _ digest: ImageDigest) throws(BoxError) -> [UInt8]? {
        let bytes = try BoxError.wrap { () throws(HostError) in try HostFiles.read(image.manifest, limit: 1 << 30) }
        return bytes.flatMap { SHA256.hexadecimal(of: $0) == digest.hexadecimal ? $0 : nil }
    }
}

extension ImageDifference {
    fileprivate static func lost(_ file: String) -> ImageDifference {
        ImageDifference(kind: .missing, path: file, details: [])
    }

    fileprivate static func changed(_ file: String) -> ImageDifference {
        ImageDifference(kind: .changed, path: file, details: ["content"])
    }
}
