import DevenvHost
import DevenvModel
import DevenvPluginAPI
import Glibc
import SystemPackage

extension BaseStore {
    /// Makes the volume's file on this host, by a second name for the store's own file where that can be, otherwise by a copy
    /// that shares its blocks or has its holes; false where only libvirt may write there.
    func placeFile(_ image: BaseImage) async throws(ProviderError) -> Bool {
        guard pool.isWritable else { return false }
        let path = pool.path(of: image.volume)
        if isReadableByMachines(image.file), unsafe link(image.file.string, path.string) == 0 {
            FaultPoint.reach("libvirt.base.linked")
        } else {
            try await copy(image.file, to: path, for: image)
        }
        // Now libvirt learns of it. It refuses while somebody makes a volume, but a path is enough for overlays.
        try? await storage.connection.refresh(pool: pool.name)
        FaultPoint.reach("libvirt.base.shown")
        return true
    }

    /// Copies a file beside its place and moves it there when it is whole and on the disk.
    private func copy(_ file: FilePath, to path: FilePath, for image: BaseImage) async throws(ProviderError) {
        let part = Self.part(of: path)
        do throws(ProviderError) {
            try await run(ImageTools.copy(file, to: part))
            FaultPoint.reach("libvirt.base.copied")
            try ProviderError.translate { () throws(HostError) in try Self.settle(part) }
        } catch {
            try? removePart(of: path)  // what stopped the copy is the error to tell
            throw error
        }
        guard let proof = FileProof(file: part) else { throw .failed("'\(part)' has gone while it was copied") }
        try ProviderError.translate { () throws(HostError) in try HostFiles.rename(part, to: path) }
        FaultPoint.reach("libvirt.base.renamed")
        try records.write(proof, of: image.volume)
        FaultPoint.reach("libvirt.base.recorded")
    }

    private func run(_ call: ToolInvocation) async throws(ProviderError) {
        let outcome: ToolOutcome
        do { outcome = try await storage.tools.run(call) } catch { throw ProviderError(error) }
        guard outcome.status != 0 else { return }
        throw await storage.explain(.failed("'\(call)' failed: \(outcome.complaint)"), in: pool)
    }

    /// Waits until a file is on the disk, and closes it to writers. The rename comes after.
    private static func settle(_ path: FilePath) throws(HostError) {
        try HostError.wrap("writing", path) {
            let file = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec])
            try file.closeAfter {
                guard fchmod(file.rawValue, 0o444) == 0, fsync(file.rawValue) == 0 else {
                    throw Errno(rawValue: errno)
                }
            }
        }
    }

    /// Machines of the host's daemon run as a user of their own; those of a session as its user.
    private func isReadableByMachines(_ file: FilePath) -> Bool {
        if LibvirtURI(storage.connection.uri).scope == .session { return unsafe access(file.string, R_OK) == 0 }
        var status = stat()
        return unsafe stat(file.string, &status) == 0 && status.st_mode & S_IROTH != 0
    }

    /// Removes what is left of a copy that was ended. Only one process at a time makes bases, so that one name will do.
    func removePart(of path: FilePath) throws(ProviderError) {
        guard pool.reach == .files else { return }
        try ProviderError.translate { () throws(HostError) in try HostFiles.remove(Self.part(of: path)) }
    }

    private static func part(of path: FilePath) -> FilePath { FilePath(path.string + ".part") }

    /// Has libvirt write the image. What is there before the end is not trusted, as no note speaks of it. Whoever owns the
    /// volume must be able to write to it.
    func upload(_ image: BaseImage) async throws(ProviderError) {
        try await storage.send(image.file, to: image.volume, mode: 0o644, in: pool)
        FaultPoint.reach("libvirt.base.uploaded")
        guard let proof = try await presentProof(image) else {
            throw .failed("the volume '\(image.volume)' has gone while it was uploaded")
        }
        try records.write(proof, of: image.volume)
        FaultPoint.reach("libvirt.base.recorded")
    }

    func presentProof(_ image: BaseImage) async throws(ProviderError) -> FileProof? {
        if pool.reach == .files { return FileProof(file: pool.path(of: image.volume)) }
        return try await proof(ofVolume: image.volume)
    }
}
