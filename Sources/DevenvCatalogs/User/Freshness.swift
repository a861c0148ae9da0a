package import DevenvModel
package import DevenvPluginAPI

/// Whether there is a higher version of a box than the one that is installed. Pure.
package struct Freshness: Hashable, Sendable {
    /// A box of the store that came from a catalog.
    package struct Installed: Hashable, Sendable {
        /// Its name.
        package let name: String
        /// Its version; nil for one without, which any is higher than.
        package let version: BoxVersion?
        /// What it is.
        package let format: BoxImage.Format
        /// The processor that it is for; nil where nothing is known.
        package let architecture: String?

        /// Describes it.
        package init(name: String, version: BoxVersion?, format: BoxImage.Format, architecture: String?) {
            self.name = name
            self.version = version
            self.format = format
            self.architecture = architecture
        }
    }

    /// What came of comparing one.
    package enum State: Hashable, Sendable {
        /// There is no higher version.
        case current
        /// There is this one.
        case outdated(BoxVersion)
        /// Its catalog does not have it any more.
        case gone
        /// Its catalog could not be read.
        case unknown(CatalogError)
    }

    /// The box.
    package let installed: Installed
    /// How it stands.
    package let state: State

    /// Compares the highest installed version of each name, format and processor with what its catalog has.
    package static func compare(
        _ installed: [Installed], with found: [String: Result<NewestVersions?, CatalogError>],
        architectures: [String]
    ) -> [Freshness] {
        newest(installed).map { box in
            switch found[box.name] {
            case .success(let newest?): Freshness(installed: box, state: state(of: box, newest, architectures))
            case .success(nil), nil: Freshness(installed: box, state: .gone)
            case .failure(let error): Freshness(installed: box, state: .unknown(error))
            }
        }
    }

    private static func state(
        of box: Installed, _ newest: NewestVersions, _ architectures: [String]
    ) -> State {
        let wanted = box.architecture.map { [$0] } ?? architectures
        guard let best = newest.version(for: box.format, on: wanted) else { return .gone }
        guard let version = box.version else { return .outdated(best) }
        return best > version ? .outdated(best) : .current
    }

    private static func newest(_ installed: [Installed]) -> [Installed] {
        var best: [[String?]: Installed] = [:]
        for box in installed {
            let key = [box.name, box.format.rawValue, box.architecture]
            if let other = best[key], isHigher(other.version, box.version) { continue }
            best[key] = box
        }
        return best.values.sorted { ($0.name, $0.format.rawValue) < ($1.name, $1.format.rawValue) }
    }

    private static func isHigher(_ left: BoxVersion?, _ right: BoxVersion?) -> Bool {
        guard let right else { return true }
        return left.map { $0 > right } ?? false
    }
}
