package import DevenvHost
import FoundationEssentials
import SystemPackage

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

    /// The boxes, in the order of their names and formats.
    ///
    /// Throws `.damaged` for a record that can't be read.
    package func list() throws(BoxError) -> [BoxRecord] {
        var records: [BoxRecord] = []
        for name in try names() { records += try self.records(of: name) }
        return records
    }
}

// What the store's records say.
extension BoxStore {
    /// The names there are, in their order.
    func names() throws(BoxError) -> [String] {
        try BoxError.wrap { () throws(HostError) in try HostFiles.list(layout.names) }
            .compactMap(layout.name(file:)).sorted()
    }

    /// What a name stands for, in the order of the formats; empty where there is no such name.
    func records(of name: String) throws(BoxError) -> [BoxRecord] {
        var records: [BoxRecord] = []
        for entry in try nameFile(name)?.images ?? [] { records.append(try record(of: entry, named: name)) }
        return records
    }

    func record(of entry: NameEntry, named name: String) throws(BoxError) -> BoxRecord {
        guard let image = try imageRecord(entry.digest) else {
            throw BoxError(
                .damaged, "the box '\(name)' stands for the image \(entry.digest), which is not in the store",
                help: "run 'devenv box remove \(name)' and add it again")
        }
        return entry.record(named: name, image)
    }

    func nameFile(_ name: String) throws(BoxError) -> NameFile? {
        try decode(NameFile.self, layout.nameFile(name))
    }

    func imageRecord(_ digest: ImageDigest) throws(BoxError) -> ImageRecord? {
        try decode(ImageRecord.self, layout.image(digest).record)
    }

    private func decode<Value: Decodable>(_ type: Value.Type, _ path: FilePath) throws(BoxError) -> Value? {
        guard let bytes = try BoxError.wrap({ () throws(HostError) in try HostFiles.read(path, limit: 1 << 20) }) else {
            return nil
        }
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch let unknown as NameFile.UnknownSchema {
            throw BoxError(
                .damaged, "reading '\(path)': it was written by another version of devenv (schema \(unknown.number))",
                help: "use that version, or remove the file and add the box again")
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
