package import DevenvHost
package import DevenvModel
package import DevenvPluginAPI
import FoundationEssentials
package import SystemPackage

/// The images that machines of this host start from, by name.
///
/// An image is identified by its content, comes into the store whole or not at all, is never changed, and stays as long as
/// a name stands for it or a machine refers to it. Any number of processes may use a store at once.
package struct BoxStore: Sendable {
    let layout: StoreLayout
    let runner: any ToolRunner

    /// Opens the store of some directories; nothing is made or read.
    package init(directories: HostDirectories, runner: any ToolRunner) {
        layout = StoreLayout(root: directories.boxes)
        self.runner = runner
    }

    /// The boxes, in the order of their names.
    ///
    /// Throws `.damaged` for a record that can't be read.
    package func list() throws(BoxError) -> [BoxRecord] {
        var records: [BoxRecord] = []
        for file in try BoxError.wrap({ () throws(HostError) in try HostFiles.list(layout.names) }) {
            guard let name = layout.name(file: file), let record = try record(of: name) else { continue }
            records.append(record)
        }
        return records.sorted { $0.name < $1.name }
    }

    /// The image that a reference stands for. `base` is what a relative path in it begins from.
    ///
    /// Reads two small files and no more. Throws `.missing`, with the commands that get the box.
    package func resolve(_ reference: BoxReference, base: FilePath) throws(BoxError) -> BoxImage {
        switch reference {
        case .named(let name, let constraint):
            guard let record = try record(of: name) else { throw .missing(name) }
            try check(record, against: constraint)
            return image(record.image, name: name, user: record.user)
        case .location(let location):
            let path =
                location.contains("://") ? location : base.pushing(FilePath(location)).lexicallyNormalized().string
            throw .notAdded(location: path)
        case .image(let image): throw .notAdded(registryImage: image)
        }
    }

    /// The image of a digest, whatever its names are now: what a machine that was made from it starts from again.
    ///
    /// Throws `.missing` where it is gone.
    package func image(withDigest digest: String, name: String) throws(BoxError) -> BoxImage {
        guard let digest = TreeDigest(parsing: digest), let record = try imageRecord(digest) else {
            throw BoxError(
                .missing, "the image \(digest) of the box '\(name)' is not in the store",
                help: "run 'devenv destroy' and 'devenv up' to make the machine again from the box that there is now")
        }
        return image(record, name: name, user: record.user)
    }

    private func image(_ record: ImageRecord, name: String, user: String) -> BoxImage {
        BoxImage(
            name: name, digest: record.digest.description, format: .directories,
            layers: [layout.image(record.digest).tree], user: user)
    }

    private func check(_ record: BoxRecord, against constraint: String?) throws(BoxError) {
        guard let constraint else { return }
        guard let parsed = VersionConstraint(parsing: constraint) else {
            throw BoxError(
                .invalid, "'\(constraint)' after the name of the box '\(record.name)' is no version constraint",
                help: "write for example '\(record.name)@~> 12.0' or '\(record.name)@>= 12.1, < 13'")
        }
        guard let text = record.version, let version = BoxVersion(parsing: text) else { return }
        guard !parsed.admits(version) else { return }
        throw BoxError(
            .missing, "the box '\(record.name)' is there in version \(text), which '\(constraint)' does not admit",
            help: "add another one with 'devenv box add DIRECTORY|ARCHIVE --name \(record.name)'")
    }
}

// What the store's records say.
extension BoxStore {
    func record(of name: String) throws(BoxError) -> BoxRecord? {
        guard let entry = try nameEntry(name) else { return nil }
        guard let image = try imageRecord(entry.digest) else {
            throw BoxError(
                .damaged, "the box '\(name)' stands for the image \(entry.digest), which is not in the store",
                help: "run 'devenv box remove \(name)' and add it again")
        }
        return entry.record(named: name, image)
    }

    func nameEntry(_ name: String) throws(BoxError) -> NameEntry? {
        try decode(NameEntry.self, layout.nameFile(name))
    }

    func imageRecord(_ digest: TreeDigest) throws(BoxError) -> ImageRecord? {
        try decode(ImageRecord.self, layout.image(digest).record)
    }

    private func decode<Value: Decodable>(_ type: Value.Type, _ path: FilePath) throws(BoxError) -> Value? {
        guard let bytes = try BoxError.wrap({ () throws(HostError) in try HostFiles.read(path, limit: 1 << 20) }) else {
            return nil
        }
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch {
            throw BoxError(
                .damaged, "reading '\(path)': it is not a record of this version of devenv",
                help: "remove the file and add the box again")
        }
    }

    func write(_ value: some Encodable, to path: FilePath) throws(BoxError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(value) else {  // texts and numbers can always be encoded
            throw BoxError(.failed, "writing '\(path)': the record can't be encoded")
        }
        try BoxError.wrap { () throws(HostError) in try AtomicFile.write(Array(data) + [0x0A], to: path) }
    }
}

extension BoxError {
    fileprivate static func missing(_ name: String) -> BoxError {
        BoxError(
            .missing, "the box '\(name)' is not in the store",
            help: "run 'devenv box build \(name)' to make it from the distribution's packages, or "
                + "'devenv box add DIRECTORY|ARCHIVE --name \(name)'")
    }

    fileprivate static func notAdded(location: String) -> BoxError {
        BoxError(
            .missing, "the box '\(location)' is not in the store",
            help: "run 'devenv box add \(ShellWord.quote(location)) --name NAME' and write 'box: NAME'")
    }

    fileprivate static func notAdded(registryImage image: String) -> BoxError {
        BoxError(
            .missing, "the image 'oci:\(image)' is not in the store",
            help: "unpack it into a directory, run 'devenv box add DIRECTORY --name NAME' and write 'box: NAME'")
    }
}
