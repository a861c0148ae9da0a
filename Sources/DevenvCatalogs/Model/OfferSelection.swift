package import DevenvModel
package import DevenvPluginAPI

/// Which file of a box is wanted, and which one that is. Pure.
package struct OfferSelection: Hashable, Sendable {
    /// Which versions will do; nil for every release.
    package let constraint: VersionConstraint?
    /// The formats that will do, the preferred one first; empty for all that devenv knows.
    package let formats: [BoxImage.Format]
    /// The processors that will do, under Debian's names, the preferred one first.
    package let architectures: [String]

    /// Describes what is wanted.
    package init(constraint: VersionConstraint?, formats: [BoxImage.Format], architectures: [String]) {
        self.constraint = constraint
        self.formats = formats
        self.architectures = architectures
    }

    /// A file that was chosen.
    package struct Choice: Hashable, Sendable {
        /// Its version.
        package let version: BoxVersion
        /// The file.
        package let offer: BoxListing.Offer
        /// What the store makes of it.
        package let format: BoxImage.Format
    }

    /// The file of the highest version that will do and has one for the format and the processor. Throws `.missing` with what
    /// there is.
    package func choose(from listing: BoxListing, in catalog: String) throws(CatalogError) -> Choice {
        for version in listing.versions where (constraint ?? .any).admits(version.version) {
            if let (offer, format) = offer(of: version) {
                return Choice(version: version.version, offer: offer, format: format)
            }
        }
        throw nothingFits(listing, catalog)
    }

    private func offer(of version: BoxListing.Version) -> (BoxListing.Offer, BoxImage.Format)? {
        let known = formats.isEmpty ? BoxImage.Format.allCases : formats
        for format in known {
            let offers = version.offers.filter { $0.format == format }
            for architecture in architectures {
                if let offer = offers.first(where: { $0.architecture == architecture }) { return (offer, format) }
            }
            if let offer = offers.first(where: { $0.architecture == "unknown" && $0.isDefault }) {
                return (offer, format)
            }
            // catalogs from before there were processors in them
            if let offer = offers.first(where: { $0.architecture == nil }) { return (offer, format) }
        }
        return nil
    }
}

// What is said where nothing fits.
extension OfferSelection {
    private static let longest = 12

    private func nothingFits(_ listing: BoxListing, _ catalog: String) -> CatalogError {
        guard !listing.versions.isEmpty else {
            return CatalogError(.missing, "the box '\(listing.name)' has no version in the catalog '\(catalog)'")
        }
        let kinds = formats.map(CatalogProvider.name).joined(separator: " or ")
        let wanted = [
            constraint.map { "version '\($0)'" } ?? "any version", kinds.isEmpty ? nil : "for \(kinds)",
            architectures.first.map { "on \($0)" },
        ].compactMap { $0 }.joined(separator: " ")
        return CatalogError(
            .missing, "the catalog '\(catalog)' has nothing of the box '\(listing.name)' that is \(wanted)",
            help: "it has \(Self.list(listing))" + hint(listing))
    }

    /// `12.11 (libvirt amd64, virtualbox), 12.10 (libvirt)`.
    private static func list(_ listing: BoxListing) -> String {
        let shown = listing.versions.prefix(longest).map { version in
            let files = version.offers.map { offer in
                [offer.provider, offer.architecture].compactMap { $0 }.joined(separator: " ")
            }
            return "\(version.version) (\(files.isEmpty ? "no files" : files.joined(separator: ", ")))"
        }
        let rest = listing.versions.count - shown.count
        return shown.joined(separator: ", ") + (rest > 0 ? " and \(rest) older versions" : "")
    }

    private func hint(_ listing: BoxListing) -> String {
        let prereleases = listing.versions.filter(\.version.isPrerelease)
        guard constraint?.namesPrerelease != true, let first = prereleases.first else { return "" }
        return "; a prerelease is only taken where a version such as '\(first.version)' is asked for"
    }
}
