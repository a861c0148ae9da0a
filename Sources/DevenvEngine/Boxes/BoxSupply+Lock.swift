package import DevenvBoxes
package import DevenvCatalogs
package import DevenvModel
import DevenvPluginAPI

extension BoxSupply {
    /// What a catalog has in place of a box that a lock file pins: a higher version that the Envfile's constraint admits, or another
    /// image of the same version. Nil where it is pinned as it is.
    package func successor(of pinned: LockedBox, in envfile: Envfile) async throws(CatalogError) -> Find? {
        guard let format = BoxImage.Format(rawValue: pinned.format) else { return nil }
        let wish = Wish(
            name: pinned.name, constraint: pinned.constraint.flatMap(VersionConstraint.init(parsing:)),
            formats: [format],
            architecture: pinned.architecture)
        var sources = try self.sources(of: envfile)
        if !sources.contains(where: { $0.location.description == pinned.catalog }) {
            sources.append(try source(pinned.catalog))
        }
        let find = try await find(wish, in: sources)
        let version = pinned.version.flatMap(BoxVersion.init(parsing:))
        if let version, find.choice.version < version { return nil }
        let isSame = find.choice.version == version && [nil, pinned.digest].contains(find.choice.offer.digest)
        return isSame ? nil : find
    }
}

extension LockedBox {
    /// Another box in place of this one, for the same wish.
    package func moved(to record: BoxRecord) -> LockedBox {
        LockedBox(
            name: name, constraint: constraint, format: format, architecture: record.architecture,
            version: record.version, digest: record.digest, catalog: record.catalog ?? catalog)
    }
}
