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
        guard let image = ImageDigest(parsing: digest).map(layout.image), HostFiles.exists(image.references) else {
            throw .gone(digest)
        }
        guard !HostFiles.exists(image.reference(owner)) else { return }
        do {
            let name = "\(owner.projectName)/\(owner.name)\n"
            try AtomicFile.write(Array(name.utf8), to: image.reference(owner), durable: false)
        } catch {
            // `remove` moves the image away before it looks for references a last time
            if error.errno == .noSuchFileOrDirectory { throw .gone(digest) }
            throw .file(error)
        }
    }

    /// Says that a machine no longer needs an image. Doing it again, or for an image that is gone, changes nothing.
    package func release(_ digest: String, by owner: MachineIdentity) throws(BoxError) {
        guard let digest = ImageDigest(parsing: digest) else { return }
        try BoxError.wrap { () throws(HostError) in try HostFiles.remove(layout.image(digest).reference(owner)) }
    }

    /// The machines that need a box's image, as `PROJECT/MACHINE`, in the order of their names.
    package func users(of record: BoxRecord) throws(BoxError) -> [String] {
        try users(of: layout.image(record.image.digest))
    }

    func users(of image: ImageLayout) throws(BoxError) -> [String] {
        try BoxError.wrap { () throws(HostError) in
            try references(of: image).map { file throws(HostError) in
                let note = try HostFiles.read(image.references.appending(file), limit: 4096)
                return note.map { String(decoding: $0.prefix { $0 != 0x0A }, as: UTF8.self) } ?? file
            }.sorted()
        }
    }

    /// The names of the files that are whole: `PROJECT.MACHINE`. One that is being written has a longer name.
    private func references(of image: ImageLayout) throws(HostError) -> [String] {
        try HostFiles.list(image.references).filter { $0.split(separator: ".").count == 2 }
    }
}

extension BoxError {
    fileprivate static func gone(_ digest: String) -> BoxError {
        BoxError(
            .missing, "the image \(digest) is not in the store",
            help: "run 'devenv box list' to see what is there, and the command again")
    }
}
