package import DevenvBoxes
package import DevenvCatalogs
import DevenvDownload
import DevenvModel
import SystemPackage

extension BoxSupply {
    /// How the boxes that came from catalogs stand: the catalogs are read all at once, and then what they have of the boxes.
    package func freshness(of boxes: [CatalogBox]) async throws(CatalogError) -> [Freshness] {
        let grouped = Dictionary(grouping: boxes.filter { !LocatedBox.isName($0.name) }, by: \.catalog)
        let places = grouped.keys.sorted()
        var sources: [CatalogSource] = []
        for place in places { sources.append(try source(place)) }
        let catalogs = try await library.open(sources)
        var wanted: [CatalogLibrary.Wanted] = []
        for (place, catalog) in zip(places, catalogs) {
            guard case .success(let catalog) = catalog else { continue }
            let names = Set((grouped[place] ?? []).map(\.name)).sorted()
            wanted += names.map { CatalogLibrary.Wanted(name: $0, catalog: catalog) }
        }
        var newest = try await library.newest(wanted)[...]
        return zip(places, catalogs).flatMap { place, catalog in
            let boxes = grouped[place] ?? []
            var found: [String: Result<NewestVersions?, CatalogError>] = [:]
            for name in Set(boxes.map(\.name)).sorted() {
                switch catalog {
                case .success: found[name] = newest.popFirst()
                case .failure(let error): found[name] = .failure(error)
                }
            }
            return Freshness.compare(boxes.map(Freshness.Installed.init), with: found, architectures: architectures)
        }
    }

    /// The catalog that a box came from. What is written with the box leaves out what may be secret; the user's own list has it.
    package func source(_ description: String) throws(CatalogError) -> CatalogSource {
        if let own = try user.list().first(where: { $0.location.description == description }) { return own }
        return CatalogSource(try CatalogLocation(description, base: "/"))
    }
}

extension Freshness.Installed {
    /// A box of the store.
    fileprivate init(_ box: CatalogBox) {
        self.init(name: box.name, version: box.version, format: box.format, architecture: box.architecture)
    }
}
