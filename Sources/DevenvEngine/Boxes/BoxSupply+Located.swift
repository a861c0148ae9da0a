package import DevenvBoxes
package import DevenvCatalogs
package import DevenvDownload
import DevenvHost
package import DevenvModel
import DevenvPluginAPI
import DevenvRegistry
import SystemPackage

extension BoxSupply {
    /// Looks at a box that an Envfile names by where it is, or at what of it a lock file has pinned.
    func look(_ box: LocatedBox, pinned: String?) async throws(CatalogError) -> LocatedBox.Sight {
        switch box.place {
        case .path(let path):
            guard HostFiles.exists(path) else {
                throw CatalogError(.missing, "the box '\(box.text)': there is no '\(path)'", help: "check the path")
            }
            let size = HostFiles.kind(path) == .file ? try? HostFiles.size(of: path) : nil  // no more than a word
            return LocatedBox.Sight(place: box.place, size: size, format: nil)
        case .web: return LocatedBox.Sight(place: box.place, size: nil, format: nil)
        case .image(let image):
            let exact = pinned.flatMap { ImageReference($0, base: "/") } ?? image
            do throws(BoxError) {
                let sight = try await registry.look(exact)
                return LocatedBox.Sight(place: .image(sight.image), size: sight.bytes, format: sight.format)
            } catch { throw CatalogError(error) }
        }
    }

    /// Gets a box from where it was seen. Its image must have a digest where one is given, and one of some formats.
    func get(
        _ box: LocatedBox, _ sight: LocatedBox.Sight, digest: String?, formats: [BoxImage.Format],
        events: @escaping @Sendable (DownloadEvent) -> Void, notice: @escaping @Sendable (String) -> Void
    ) async throws -> BoxRecord {
        let naming = BoxStore.Naming(name: box.name(sight), catalog: sight.catalog, source: sight.description)
        let expectation = BoxStore.Expectation(image: digest.flatMap(ImageDigest.init(parsing:)))
        let record: BoxRecord
        switch sight.place {
        case .path(let path):
            record = try await boxes.add(path, as: naming, expecting: expectation, notice: notice)
            await forgetOthers(of: box, but: record)
        case .web(let address):
            let download = Download(address, subject: "the box '\(box.text)'")
            record = try await get(
                download, naming, expectation, events: events, check: { try Self.requireBox($0, box.text) },
                notice: notice)
        case .image(let image):
            record = try await registry.add(
                image, as: naming, expecting: expectation.image, events: events, notice: notice
            ).record
        }
        guard formats.isEmpty || formats.contains(record.format) else {
            throw CatalogError.wrongFormat(box, record.format)
        }
        return record
    }

    /// What a tag stands for now, where that is another image than a lock file has pinned; nil otherwise, and for all else.
    package func moved(
        _ pinned: LockedBox, in envfile: Envfile, events: @escaping @Sendable (DownloadEvent) -> Void,
        notice: @escaping @Sendable (String) -> Void
    ) async throws -> BoxRecord? {
        guard let reference = BoxReference(parsing: pinned.name),
            let box = try LocatedBox(reference, base: envfile.directory), case .image = box.place
        else { return nil }
        let sight = try await look(box, pinned: nil)
        guard sight.catalog != pinned.catalog else { return nil }
        let formats = BoxImage.Format(rawValue: pinned.format).map { [$0] } ?? []
        return try await get(box, sight, digest: nil, formats: formats, events: events, notice: notice)
    }

    /// The JSON of a box is no box.
    private static func requireBox(_ file: FilePath, _ text: String) throws {
        let head = try HostFiles.head(of: file, count: 64)
        guard head.first(where: { $0 > 0x20 }) == UInt8(ascii: "{") else { return }
        throw CatalogError(
            .invalid, "the box '\(text)': what is there is a catalog, not a box",
            help: "name it with 'catalogs:', and the box by its name")
    }

    /// Of a file that has changed the old state is of no use. Images that machines need stay.
    private func forgetOthers(of box: LocatedBox, but record: BoxRecord) async {
        // what can't be removed takes room, no more
        for other in (try? boxes.list()) ?? [] where other.name.hasPrefix(box.namePrefix) && other.name != record.name {
            _ = try? await boxes.remove(other.name, force: true)
        }
    }
}

extension LockedBox {
    /// Whether the Envfile names it by where it is.
    package var isLocated: Bool {
        if case .named? = BoxReference(parsing: name) { false } else { true }
    }
}

extension CatalogError {
    static func wrongFormat(_ box: LocatedBox, _ format: BoxImage.Format) -> CatalogError {
        CatalogError(
            .invalid,
            "the box '\(box.text)' is one of the format '\(format.rawValue)', which this provider does not use",
            help: "choose another provider with 'provider:', or another box")
    }
}
