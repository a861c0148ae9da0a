import DevenvHost
import DevenvPluginAPI
import SystemPackage

extension BoxStore {
    /// Of the disk of a machine of VirtualBox a box is made with the description of the box that it was made from: its machine is
    /// of the same kind, and what the user has set is in no box.
    func prepare(
        _ disks: [FilePath], describedBy box: BoxImage, _ naming: Naming, in staging: FilePath
    ) async throws(BoxError) -> Prepared {
        let members = Self.members(in: staging)
        try BoxError.wrap { () throws(HostError) in try HostFiles.makeDirectory(members) }
        let images = box.layers.filter { $0.extension?.lowercased() == "vmdk" }
        guard let disk = disks.first, disks.count == 1, images.count == 1 else {
            throw BoxError(
                .invalid, "\(naming.attempt): its box has several disks",
                help: "only machines of VirtualBox whose boxes have one disk can become boxes")
        }
        for file in box.layers {
            guard let name = file.lastComponent?.string else { continue }
            let target = members.appending(name)
            if file == images[0] {
                try await run(DiskTools.compressForVirtualBox(disk, to: target), naming.attempt, writingTo: staging)
            } else {
                try copy(file, to: target, diskSize: disk, naming.attempt)
            }
        }
        try BoxError.wrap { () throws(HostError) in try HostFiles.remove(disk) }
        FaultPoint.reach("boxes.package.imaged")
        return try await prepare(try await described(box, members, naming.attempt), naming, in: staging)
    }

    /// Copies a description, with the size that the disk has now, or a file that goes with one.
    private func copy(
        _ file: FilePath, to target: FilePath, diskSize disk: FilePath, _ attempt: String
    ) throws(BoxError) {
        var content = try BoxError.wrap { () throws(HostError) in try HostFiles.read(file) ?? [] }
        if file.extension?.lowercased() == "ovf" {
            let size = try BoxError.wrap { () throws(HostError) in try HostFiles.size(of: disk) }
            if try MachineDescription(reading: file, attempt).capacity != size {
                let text = MachineDescription.resized(String(decoding: content, as: UTF8.self), to: size)
                guard let text else {
                    throw BoxError(
                        .invalid,
                        "\(attempt): its disk has grown, and the description in its box says the size in a way that can't be changed",
                        help: "package a machine whose 'disk' has the size that its box has")
                }
                content = Array(text.utf8)
            }
        }
        try BoxError.wrap { () throws(HostError) in try AtomicFile.write(content, to: target, durable: false) }
    }

    /// The files of a box in a directory, in the order of another box.
    private func described(
        _ box: BoxImage, _ members: FilePath, _ attempt: String
    ) async throws(BoxError) -> VagrantBox {
        var files: [VagrantBox.File] = []
        for name in box.layers.compactMap({ $0.lastComponent?.string }) {
            let path = members.appending(name)
            let digest = try await DiskDigest.digest(of: path, attempt).get()
            let size = try BoxError.wrap { () throws(HostError) in try HostFiles.size(of: path) }
            files.append(VagrantBox.File(name: name, path: path, digest: digest, size: size))
        }
        return VagrantBox(
            metadata: .firstOfVirtualBox, files: files, info: nil, settings: VagrantfileSettings())
    }
}
