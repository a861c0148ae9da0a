import DevenvHost
package import DevenvPluginAPI
import Glibc
import SystemPackage

extension BoxStore {
    /// Says that a machine needs an image, by its digest as in `BoxImage`: it stays until `release`.
    ///
    /// Doing it again changes nothing. Throws `.missing` where the image is gone. Not flushed to the disk: whoever retains
    /// does so again at each start of the machine.
    package func retain(_ digest: String, by owner: MachineIdentity) throws(BoxError) {
        guard let digest = ImageDigest(parsing: digest) else { throw .gone(digest) }
        let directory = try references(of: digest)
        let reference = directory.appending(owner.reference)
        guard !HostFiles.exists(reference) else { return }
        do {
            let name = "\(owner.projectName)/\(owner.name)\n"
            try AtomicFile.write(Array(name.utf8), to: reference, durable: false)
        } catch {
            // `remove` moves the image away before it looks for references a last time
            if error.errno == .noSuchFileOrDirectory { throw .gone(digest.description) }
            throw .file(error)
        }
    }

    /// Where the machines that need an image are noted: beside it, or where it lies in the shared store, in the own one. There
    /// the note is for the own user to see; it does not keep the administrator from removing the image.
    private func references(of digest: ImageDigest) throws(BoxError) -> FilePath {
        let own = layout.image(digest)
        if HostFiles.exists(own.references) { return own.references }
        guard let shared, HostFiles.exists(shared.image(digest).record) else { throw .gone(digest.description) }
        try borrowKeys(of: digest, from: shared)
        try BoxError.wrap { () throws(HostError) in
            try layout.make()
            try HostFiles.makeDirectory(layout.borrowed(digest))
        }
        return layout.borrowed(digest)
    }

    /// Brings the known keys of a shared image to where its user can read them. Vagrant's own everybody has; another one the
    /// administrator has to open.
    private func borrowKeys(of digest: ImageDigest, from shared: StoreLayout) throws(BoxError) {
        var keys = Set([try decodeImage(shared.image(digest))?.loginKey].compactMap { $0 })
        for name in try names(in: shared) {
            keys.formUnion(
                try nameFile(name, in: shared)?.images.filter { $0.digest == digest }.compactMap(\.loginKey) ?? [])
        }
        for key in keys where !HostFiles.exists(layout.borrowedKey(key)) {
            let isVagrants = key == LoginKey.vagrant.digest
            let found = isVagrants ? .vagrant : try LoginKey(reading: shared.image(digest).loginKey(key))
            try found.write(to: layout.borrowedKey(key))
        }
    }

    /// Says that a machine no longer needs an image. Doing it again, or for an image that is gone, changes nothing.
    package func release(_ digest: String, by owner: MachineIdentity) throws(BoxError) {
        guard let digest = ImageDigest(parsing: digest) else { return }
        try BoxError.wrap { () throws(HostError) in
            for directory in [layout.image(digest).references, layout.borrowed(digest)] {
                try HostFiles.remove(directory.appending(owner.reference))
            }
        }
        rmdir(layout.borrowed(digest).string)  // only an empty one goes
    }

    /// The machines of the own user that need a box's image, as `PROJECT/MACHINE`, in the order of their names.
    package func users(of record: BoxRecord) throws(BoxError) -> [String] {
        let own = try users(in: layout.image(record.image.digest).references)
        return (own + (try users(in: layout.borrowed(record.image.digest)))).sorted()
    }

    func users(of image: ImageLayout) throws(BoxError) -> [String] { try users(in: image.references) }

    /// The files in a directory that are whole are `PROJECT.MACHINE`. One that is being written has a longer name.
    private func users(in directory: FilePath) throws(BoxError) -> [String] {
        try BoxError.wrap { () throws(HostError) in
            let files = try HostFiles.list(directory).filter { $0.split(separator: ".").count == 2 }
            return try files.map { file throws(HostError) in
                let note = try HostFiles.read(directory.appending(file), limit: 4096)
                return note.map { String(decoding: $0.prefix { $0 != 0x0A }, as: UTF8.self) } ?? file
            }.sorted()
        }
    }
}

extension MachineIdentity {
    /// The name of the file that says that the machine needs an image.
    fileprivate var reference: String { "\(project).\(machine)" }
}

extension BoxError {
    fileprivate static func gone(_ digest: String) -> BoxError {
        BoxError(
            .missing, "the image \(digest) is not in the store",
            help: "run 'devenv box list' to see what is there, and the command again")
    }
}
