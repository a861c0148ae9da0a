package import DevenvHost
import FoundationEssentials
import SystemPackage

/// The images that machines of this host start from, by name.
///
/// An image is identified by its content, comes into the store whole or not at all, is never changed, and stays as long as
/// a name stands for it or a machine refers to it. Any number of processes may use a store at once.
///
/// Under the own store there may be one of the host's administrator, which everybody reads: its boxes are there for machines,
/// and are neither changed nor removed from here.
package struct BoxStore: Sendable {
    let layout: StoreLayout
    /// The store under the own one.
    let shared: StoreLayout?
    let runner: any ToolRunner
    /// The processors that machines of this host can have, under Debian's names, the preferred one first.
    let architectures: [String]

    /// Opens the store of some directories; nothing is made or read.
    package init(
        directories: HostDirectories, runner: any ToolRunner, architectures: [String] = HostArchitecture.runnable
    ) {
        layout = StoreLayout(root: directories.boxes)
        shared = directories.sharedBoxes.map(StoreLayout.init(root:))
        self.runner = runner
        self.architectures = architectures
    }

    /// The boxes, in the order of their names, formats and versions.
    ///
    /// Throws `.damaged` for a record that can't be read.
    package func list() throws(BoxError) -> [BoxRecord] {
        var records: [BoxRecord] = []
        for name in try names() { records += try self.records(of: name) }
        return records
    }

    /// Those that came from catalogs, in the order of their names. There may be thousands, so that all processors look, and
    /// at the names only: the images are asked where a name does not say the processor.
    package func fromCatalogs() async throws(BoxError) -> [CatalogBox] {
        let found = try await names().mapInParallel { name in
            Result { () throws(BoxError) in try self.fromCatalogs(name) }
        }
        var boxes: [CatalogBox] = []
        for result in found { boxes += try result.get() }
        return boxes
    }

    private func fromCatalogs(_ name: String) throws(BoxError) -> [CatalogBox] {
        var boxes: [CatalogBox] = []
        for entry in try entries(of: name) {
            guard let catalog = entry.catalog else { continue }
            var architecture = entry.architecture
            if architecture == nil { architecture = try record(of: entry, named: name).architecture }
            boxes.append(
                CatalogBox(
                    name: name, version: entry.order, format: entry.format, architecture: architecture, catalog: catalog
                ))
        }
        return boxes
    }
}

// What the store's records say.
extension BoxStore {
    /// The own store, and the one under it.
    var places: [StoreLayout] { [layout] + (shared.map { [$0] } ?? []) }

    /// The names there are, in their order.
    func names() throws(BoxError) -> [String] {
        var names: Set<String> = []
        for place in places { names.formUnion(try self.names(in: place)) }
        return names.sorted()
    }

    func names(in place: StoreLayout) throws(BoxError) -> [String] {
        try BoxError.wrap { () throws(HostError) in try HostFiles.list(place.names) }
            .compactMap(place.name(file:)).sorted()
    }

    /// What a name stands for, by format and then from the lowest version on; empty where there is no such name.
    package func records(of name: String, _ filter: BoxFilter = BoxFilter()) throws(BoxError) -> [BoxRecord] {
        var records: [BoxRecord] = []
        for entry in try entries(of: name) where filter.admits(entry) {
            records.append(try record(of: entry, named: name))
        }
        return records
    }

    /// The images of a name; of the shared store's, those in whose place the own store has none.
    func entries(of name: String) throws(BoxError) -> [NameEntry] {
        var file = try nameFile(name) ?? NameFile()
        for place in places.dropFirst() {
            for entry in try nameFile(name, in: place)?.images ?? [] where file.rival(of: entry) == nil {
                file.put(entry)
            }
        }
        return file.images
    }

    func record(of entry: NameEntry, named name: String) throws(BoxError) -> BoxRecord {
        guard let (image, place) = try imageRecord(entry.digest) else {
            throw .gone(entry.digest, of: name)
        }
        return entry.record(named: name, image, isShared: place != layout)
    }

    /// What a name stands for in the own store.
    func nameFile(_ name: String) throws(BoxError) -> NameFile? { try nameFile(name, in: layout) }

    func nameFile(_ name: String, in place: StoreLayout) throws(BoxError) -> NameFile? {
        try decode(NameFile.self, place.nameFile(name))
    }

    /// An image, and where it lies.
    func imageRecord(_ digest: ImageDigest) throws(BoxError) -> (record: ImageRecord, place: StoreLayout)? {
        for place in places {
            if let record = try decodeImage(place.image(digest)) { return (record, place) }
        }
        return nil
    }

    /// The record of an image that lies somewhere; nil where there is none.
    func decodeImage(_ image: ImageLayout) throws(BoxError) -> ImageRecord? {
        try decode(ImageRecord.self, image.record)
    }

    /// The record of a layer, nil where it is not there.
    func layerRecord(_ diffID: ImageDigest) throws(BoxError) -> LayerRecord? {
        try decode(LayerRecord.self, layout.layer(diffID).record)
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
