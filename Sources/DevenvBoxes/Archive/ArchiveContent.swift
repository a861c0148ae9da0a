import SystemPackage

/// What an archive holds.
enum ArchiveContent: Hashable, Sendable {
    /// A root file system.
    case tree
    /// A Vagrant box. Its disks' images, or the description of a machine of VirtualBox and its files, lie in files now.
    case vagrantBox(VagrantBox)
}

/// What was found in a Vagrant box.
struct VagrantBox: Hashable, Sendable {
    /// A member of the archive that was written to a file.
    struct File: Hashable, Sendable {
        /// Its name in the archive, without `./` before it.
        let name: String
        /// Where it is now.
        let path: FilePath
        let digest: ImageDigest
        let size: Int64
    }

    let metadata: VagrantMetadata
    /// In the order that the metadata have.
    let files: [File]
    /// What its makers say of it.
    let info: [String: String]?
    let settings: VagrantfileSettings
}
