import DevenvModel
package import DevenvPluginAPI

/// What a machine needs of a name, and which of its images that is.
struct BoxSelection {
    /// The formats that suit its provider, the preferred one first.
    let formats: [BoxImage.Format]
    /// The processors that it can have, the preferred one first.
    let architectures: [String]
    /// Which versions will do; nil for every release.
    let constraint: VersionConstraint?

    /// The image with the highest version of those that will do. One without a version does for every constraint, and comes
    /// after all others; of equals, the one with the preferred format, then processor, then the youngest.
    func best(of entries: [NameEntry]) -> NameEntry? {
        entries.filter { suits($0) && admits($0) }.max { rank($0) < rank($1) }
    }

    /// Whether an image can be used at all, whatever its version.
    func suits(_ entry: NameEntry) -> Bool {
        formats.contains(entry.format) && (entry.architecture.map(architectures.contains) ?? true)
    }

    /// Whether an image's version will do.
    func admits(_ entry: NameEntry) -> Bool {
        entry.order.map((constraint ?? .any).admits) ?? true
    }

    private struct Rank: Comparable {
        let version: BoxVersion?
        let format: Int
        let architecture: Int
        let created: Int

        static func < (left: Rank, right: Rank) -> Bool {
            switch (left.version, right.version) {
            case (nil, .some): return true
            case (.some, nil): return false
            case (let one?, let other?) where one != other: return one < other
            default: break
            }
            return (-left.format, -left.architecture, left.created) < (
                -right.format, -right.architecture, right.created
            )
        }
    }

    private func rank(_ entry: NameEntry) -> Rank {
        let architecture = entry.architecture.flatMap(architectures.firstIndex)
        return Rank(
            version: entry.order, format: formats.firstIndex(of: entry.format) ?? formats.count,
            architecture: architecture ?? architectures.count, created: entry.created)
    }
}

/// Which of the images that a name stands for are meant.
package struct BoxFilter: Hashable, Sendable {
    /// Those of a version; nil for all.
    package var version: String?
    /// Those of a format; nil for all.
    package var format: BoxImage.Format?
    /// Those for a processor; nil for all.
    package var architecture: String?

    /// Describes them; all where nothing is said.
    package init(version: String? = nil, format: BoxImage.Format? = nil, architecture: String? = nil) {
        self.version = version
        self.format = format
        self.architecture = architecture
    }

    /// Whether an image is meant.
    func admits(_ entry: NameEntry) -> Bool {
        guard format == nil || format == entry.format else { return false }
        guard architecture == nil || architecture == entry.architecture else { return false }
        guard let version, version != entry.version else { return true }
        return entry.order.map { $0 == BoxVersion(parsing: version) } ?? false
    }

    /// What is meant, for people: `disk image 12.11 for amd64`; `box` for all.
    var noun: String {
        [format?.noun ?? "box", version, architecture.map { "for \($0)" }].compactMap { $0 }.joined(separator: " ")
    }
}

extension BoxImage.Format {
    /// What people call it.
    package var noun: String {
        switch self {
        case .directories: "tree"
        case .qcow2: "disk image"
        case .ovf: "machine of VirtualBox"
        }
    }
}
