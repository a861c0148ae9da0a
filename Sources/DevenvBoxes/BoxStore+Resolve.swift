import DevenvHost
package import DevenvModel
package import DevenvPluginAPI
package import SystemPackage

extension BoxStore {
    /// The image that a reference stands for: of a name's images that suit (`formats`, the preferred one first, and the host's
    /// processor) the one with the highest version that the reference admits. `base` is what a relative path in the
    /// reference begins from.
    ///
    /// Reads a few small files and no more. Throws `.missing`, with what there is and the commands that get the box.
    package func resolve(
        _ reference: BoxReference, base: FilePath, formats: [BoxImage.Format]
    ) throws(BoxError) -> BoxImage {
        switch reference {
        case .named(let name, let constraint):
            let selection = selection(formats, constraint)
            let entries = try entries(of: name)
            guard let entry = selection.best(of: entries) else { throw .missing(name, selection, entries) }
            return try image(of: entry, named: name)
        case .location(let location):
            let path =
                location.contains("://") ? location : base.pushing(FilePath(location)).lexicallyNormalized().string
            throw .notAdded(location: path)
        case .image(let image): throw .notAdded(registryImage: image)
        }
    }

    /// The box that `resolve` takes for a name; nil where it would throw `.missing`.
    package func record(
        of name: String, constraint: VersionConstraint?, formats: [BoxImage.Format]
    ) throws(BoxError) -> BoxRecord? {
        guard let entry = selection(formats, constraint).best(of: try entries(of: name)) else { return nil }
        return try record(of: entry, named: name)
    }

    /// The image of a digest: what a machine that was made from it starts from again, and what a lock file pins. How it is
    /// logged in to is as the name says, where it still stands for it, and otherwise as the image came.
    ///
    /// Throws `.missing` where it is gone.
    package func image(withDigest digest: String, name: String) throws(BoxError) -> BoxImage {
        guard let digest = ImageDigest(parsing: digest), let (record, place) = try imageRecord(digest) else {
            throw BoxError(
                .missing, "the image \(digest) of the box '\(name)' is not in the store",
                help: "run 'devenv destroy' and 'devenv up' to make the machine again from the box that there is now")
        }
        // a name's file that can't be read must not stop a machine that was made before
        if let entry = try? entries(of: name).first(where: { $0.digest == digest }) {
            return try image(of: entry, named: name)
        }
        return image(
            record, in: place, name: name, user: record.user, loginKey: record.loginKey, baseMAC: record.baseMAC,
            defaults: record.defaults, version: nil)
    }

    private func selection(_ formats: [BoxImage.Format], _ constraint: VersionConstraint?) -> BoxSelection {
        BoxSelection(formats: formats, architectures: architectures, constraint: constraint)
    }

    private func image(of entry: NameEntry, named name: String) throws(BoxError) -> BoxImage {
        guard let (image, place) = try imageRecord(entry.digest) else {
            throw .gone(entry.digest, of: name)
        }
        return self.image(
            image, in: place, name: name, user: entry.user, loginKey: entry.loginKey, baseMAC: entry.baseMAC,
            defaults: entry.defaults, version: entry.version)
    }

    private func image(
        _ record: ImageRecord, in place: StoreLayout, name: String, user: String, loginKey: String?,
        baseMAC: MACAddress?, defaults: BoxDefaults?, version: String?
    ) -> BoxImage {
        let files = place.image(record.digest)
        // `retain` brings the key of a shared image there: beside the image only its administrator can read it
        let key = loginKey.map { place == layout ? files.loginKey($0) : layout.borrowedKey($0) }
        return BoxImage(
            name: name, digest: record.digest.description, format: record.format, layers: place.content(of: record),
            user: user, introduction: key.map { .knownKey($0) } ?? .provided, baseMAC: baseMAC,
            defaults: defaults ?? BoxDefaults(), version: version)
    }
}

extension BoxImage.Format {
    /// What `box add` takes for it, as in a usage line.
    fileprivate var sources: String {
        switch self {
        case .directories: "DIRECTORY|ARCHIVE"
        case .qcow2: "DISK.qcow2|VAGRANT.box"
        case .ovf: "VAGRANT.box"
        }
    }

    /// What `box build` is to be told to make it.
    fileprivate var buildOption: String? {
        switch self {
        case .directories: ""
        case .qcow2: " --provider libvirt"
        case .ovf: nil
        }
    }
}

extension BoxError {
    /// Nothing of what a name stands for will do.
    fileprivate static func missing(_ name: String, _ wish: BoxSelection, _ entries: [NameEntry]) -> BoxError {
        let format = wish.formats.first ?? .directories
        let wanted = wish.formats.map(\.noun).joined(separator: " or ")
        let build = format.buildOption.map {
            "run 'devenv box build \(name)\($0)' to make it from the distribution's packages, or "
        }
        let add = "'devenv box add \(format.sources) --name \(name)'"
        let help = build.map { $0 + add } ?? "run \(add)"
        guard !entries.isEmpty else { return BoxError(.missing, "the box '\(name)' is not in the store", help: help) }
        if !entries.contains(where: { wish.formats.contains($0.format) }) {
            let others = Set(entries.map(\.format)).sorted { $0.rawValue < $1.rawValue }
            return BoxError(
                .missing,
                "the box '\(name)' is in the store as a \(others.map(\.noun).joined(separator: " and ")) only, "
                    + "and a \(wanted) is needed", help: help)
        }
        let version = wish.constraint.map { " in a version that '\($0)' admits" } ?? ""
        let prerelease = entries.last { wish.suits($0) && $0.order?.isPrerelease == true }?.version
        return BoxError(
            .missing,
            "the box '\(name)' is not in the store as a \(wanted) for \(wish.architectures.first ?? "this host")"
                + "\(version); there is \(entries.map(\.summary).joined(separator: ", "))",
            help: prerelease.map { "write '\(name)@= \($0)' to have a prerelease; or \(help)" } ?? help)
    }

    /// A name's image is not there.
    static func gone(_ digest: ImageDigest, of name: String) -> BoxError {
        BoxError(
            .damaged, "the box '\(name)' stands for the image \(digest), which is not in the store",
            help: "run 'devenv box remove \(name)' and add it again")
    }

    fileprivate static func notAdded(location: String) -> BoxError {
        BoxError(
            .missing, "the box '\(location)' is not in the store",
            help: "run 'devenv up', which gets it")
    }

    fileprivate static func notAdded(registryImage image: String) -> BoxError {
        BoxError(
            .missing, "the image 'oci:\(image)' is not in the store",
            help: "run 'devenv up', which gets it")
    }
}

extension NameEntry {
    /// `12.11 (tree, amd64)`.
    var summary: String {
        let details = [format.noun, architecture, order?.isPrerelease == true ? "prerelease" : nil]
        return "\(version ?? "one without a version") (\(details.compactMap { $0 }.joined(separator: ", ")))"
    }
}
