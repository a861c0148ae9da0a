import DevenvHost
package import DevenvModel
package import DevenvPluginAPI
package import SystemPackage

extension BoxStore {
    /// The image that a reference stands for, in the first of these formats that there is. `base` is what a relative path in
    /// the reference begins from.
    ///
    /// Reads two small files and no more. Throws `.missing`, with the commands that get the box.
    package func resolve(
        _ reference: BoxReference, base: FilePath, formats: [BoxImage.Format]
    ) throws(BoxError) -> BoxImage {
        switch reference {
        case .named(let name, let constraint):
            let file = try nameFile(name)
            guard let entry = formats.lazy.compactMap({ file?[$0] }).first else {
                throw .missing(name, formats, available: file?.images.map(\.format) ?? [])
            }
            try check(entry, name, against: constraint)
            let record = try record(of: entry, named: name)
            return image(record.image, name: name, user: entry.user, loginKey: entry.loginKey)
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
        guard let digest = ImageDigest(parsing: digest), let record = try imageRecord(digest) else {
            throw BoxError(
                .missing, "the image \(digest) of the box '\(name)' is not in the store",
                help: "run 'devenv destroy' and 'devenv up' to make the machine again from the box that there is now")
        }
        return image(record, name: name, user: record.user, loginKey: record.loginKey)
    }

    private func image(_ record: ImageRecord, name: String, user: String, loginKey: String?) -> BoxImage {
        let place = layout.image(record.digest)
        return BoxImage(
            name: name, digest: record.digest.description, format: record.format,
            layers: [place.content(record.format)],
            user: user, introduction: loginKey.map { .knownKey(place.loginKey($0)) } ?? .provided)
    }

    private func check(
        _ entry: NameEntry, _ name: String, against constraint: VersionConstraint?
    ) throws(BoxError) {
        guard let constraint else { return }
        guard let text = entry.version, let version = BoxVersion(parsing: text) else { return }
        guard !constraint.admits(version) else { return }
        throw BoxError(
            .missing, "the box '\(name)' is there in version \(text), which '\(constraint)' does not admit",
            help: "add another one with 'devenv box add \(entry.format.sources) --name \(name)'")
    }
}

extension BoxImage.Format {
    /// What people call it.
    var noun: String {
        switch self {
        case .directories: "tree"
        case .qcow2: "disk image"
        }
    }

    /// What `box add` takes for it, as in a usage line.
    fileprivate var sources: String {
        switch self {
        case .directories: "DIRECTORY|ARCHIVE"
        case .qcow2: "DISK.qcow2|VAGRANT.box"
        }
    }

    /// What `box build` is to be told to make it.
    fileprivate var buildOption: String {
        switch self {
        case .directories: ""
        case .qcow2: " --provider libvirt"
        }
    }
}

extension BoxError {
    fileprivate static func missing(
        _ name: String, _ formats: [BoxImage.Format], available: [BoxImage.Format]
    ) -> BoxError {
        let format = formats.first ?? .directories
        let others = available.map(\.noun).joined(separator: " and ")
        let wanted = formats.map(\.noun).joined(separator: " or ")
        return BoxError(
            .missing,
            available.isEmpty
                ? "the box '\(name)' is not in the store"
                : "the box '\(name)' is in the store as a \(others) only, and a \(wanted) is needed",
            help: "run 'devenv box build \(name)\(format.buildOption)' to make it from the distribution's packages, or "
                + "'devenv box add \(format.sources) --name \(name)'")
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
