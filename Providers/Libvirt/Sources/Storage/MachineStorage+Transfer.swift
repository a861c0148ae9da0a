import DevenvHost
import DevenvModel
import DevenvPluginAPI
import SystemPackage

extension MachineStorage {
    /// Makes a volume of a file's bytes, in place of whatever has its name. One that fails leaves none.
    func send(_ file: FilePath, to volume: String, mode: UInt16, in pool: OpenPool) async throws(ProviderError) {
        guard let length = FileProof(file: file)?.bytes else {
            throw .failed("sending '\(file)' to the volume '\(volume)': there is no such file")
        }
        // Empty at first, so that its length tells how much of it came: libvirt sometimes forgets to say that its disk was
        // full, and that is then the only sign.
        let empty = VolumeDescription(name: volume, capacity: ByteCount(bytes: 0), format: .raw, base: nil, mode: mode)
        try await remake(empty, in: pool)
        FaultPoint.reach("libvirt.volume.created")
        do throws(LibvirtError) {
            try await upload(file, length: length, to: volume, in: pool)
        } catch {
            throw await giveUp(volume, in: pool, error.providerError("filling the volume '\(volume)'"))
        }
        let xml = try await ProviderError.libvirt("looking at '\(volume)'") { () async throws(LibvirtError) in
            try await connection.volumeXML(in: pool.name, volume)
        }
        guard FileProof(volume: xml)?.bytes == length else {
            throw await giveUp(
                volume, in: pool, .failed("filling the volume '\(volume)': libvirt has not written all of it"))
        }
        FaultPoint.reach("libvirt.volume.filled")
    }

    /// Images have few holes; and a daemon that has given up hangs up on a hole.
    private func upload(_ file: FilePath, length: Int64, to volume: String, in pool: OpenPool)
        async throws(LibvirtError)
    {
        let source: FileDescriptor
        do { source = try FileDescriptor.open(file, .readOnly, options: [.closeOnExec]) } catch {
            throw .unusable(HostError("reading", file, (error as? Errno) ?? .ioError).description)
        }
        defer { try? source.close() }  // it was only read
        try await connection.upload(from: source, length: length, to: volume, in: pool.name, keepingHoles: false)
    }

    /// Says why a volume could not be filled, and removes it. The connection may have ended with the transfer.
    private func giveUp(_ volume: String, in pool: OpenPool, _ error: ProviderError) async -> ProviderError {
        // without a connection nothing more can be found out or removed: what is left is not trusted, and goes next time
        let fresh = (try? await LibvirtConnection.open(connection.uri)) ?? connection
        let storage = MachineStorage(connection: fresh, pool: self.pool, directories: directories, tools: tools)
        let explained = await storage.explain(error, in: pool)
        try? await storage.delete(volume, in: pool)
        return explained
    }
}
