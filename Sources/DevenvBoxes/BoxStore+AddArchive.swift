import DevenvHost
import SystemPackage

extension BoxStore {
    /// Adds what an archive turns out to hold, in a staging directory of this process's own: a tree, or the disk image of a
    /// Vagrant box. Of a box nothing else is used: a Vagrantfile is a program, and is not run.
    func add(
        archive source: FilePath, _ compression: Compression?, _ naming: Naming, in staging: FilePath
    ) async throws(BoxError) -> BoxRecord {
        let disk = staging.appending("vagrant.img")
        let examination = ArchiveExamination(
            intake: DiskIntake(store: self, target: disk, attempt: naming.attempt), attempt: naming.attempt)
        let archive = ArchiveSource(path: source, compression: compression, attempt: naming.attempt)
        let content = try await archive.read { stream in
            do throws(BoxError) { return .success(try await examination.examine(stream)) } catch {
                return .failure(error)
            }
        }
        FaultPoint.reach("boxes.add.examined")
        switch content {
        case .tree:
            try BoxError.wrap { () throws(HostError) in try HostFiles.remove(disk) }
            return try await add(tree: source, naming, in: staging)
        case .vagrantBox(let metadata, let digest):
            let image = try makeImage(in: staging)
            FaultPoint.reach("boxes.add.begun")
            try BoxError.wrap { () throws(HostError) in try HostFiles.rename(disk, to: image.disk) }
            FaultPoint.reach("boxes.add.copied")
            return try await add(image, digest, naming.completed(by: metadata))
        }
    }
}

extension BoxStore.Naming {
    /// What is not said otherwise is as in every box of Vagrant.
    fileprivate func completed(by metadata: VagrantMetadata) -> BoxStore.Naming {
        var naming = self
        naming.user = user ?? "vagrant"
        naming.loginKey = loginKey ?? .vagrant
        naming.architecture = architecture ?? metadata.architecture
        return naming
    }
}
