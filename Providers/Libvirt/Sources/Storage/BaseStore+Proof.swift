import DevenvCrypto
import DevenvHost
import DevenvPluginAPI
import SystemPackage

extension BaseStore {
    /// What the volume of an image's name looks like, if its content is the image's to the last byte. Of a volume on another
    /// host all of it comes here to be compared, which takes as long as to send it once more.
    func provenByContent(_ image: BaseImage) async throws(ProviderError) -> FileProof? {
        // looked at before it is read: what changes afterwards looks different
        guard let proof = try await presentProof(image) else { return nil }
        switch pool.reach {
        case .files: return try await isSame(image.file, pool.path(of: image.volume)) ? proof : nil
        case .connection:
            let copy = storage.directories.data.appending("libvirt")
                .appending("compared-\(SecureRandom.hexadecimal(digits: 16))")
            defer { try? HostFiles.remove(copy) }  // one that stays is a file that nobody reads
            try await fetch(image.volume, to: copy)
            return try await isSame(image.file, copy) ? proof : nil
        case .nowhere: return nil
        }
    }

    private func isSame(_ one: FilePath, _ other: FilePath) async throws(ProviderError) -> Bool {
        do { return try await storage.tools.run(ImageTools.compare(one, other)).status == 0 } catch {
            throw ProviderError(error)
        }
    }

    private func fetch(_ volume: String, to path: FilePath) async throws(ProviderError) {
        let file = try ProviderError.translate { () throws(HostError) in
            try HostFiles.makeDirectory(path.removingLastComponent())
            return try HostError.wrap("writing", path) {
                try FileDescriptor.open(
                    path, .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec], permissions: .ownerReadWrite)
            }
        }
        defer { try? file.close() }  // what it holds is compared, and thrown away
        try await ProviderError.libvirt("reading the volume '\(volume)'") { () async throws(LibvirtError) in
            try await storage.connection.download(volume, in: pool.name, to: file)
        }
    }
}
