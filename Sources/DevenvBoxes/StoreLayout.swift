import DevenvHost
import DevenvPluginAPI
import SystemPackage

/// Where things lie in the store; Documentation/boxes.md describes each file.
struct StoreLayout: Hashable, Sendable {
    let root: FilePath

    /// Held while an image or a name comes or goes.
    var lock: FilePath { root.appending("lock") }
    var images: FilePath { root.appending("images") }
    var names: FilePath { root.appending("names") }
    /// Half-made images, each with a lock that its maker holds.
    var staging: FilePath { root.appending("staging") }
    /// Packages that builds have fetched.
    var packageCache: FilePath { root.appending("cache").appending("packages") }

    /// Notes of the machines that need an image of the shared store; only the store's owner can write there.
    func borrowed(_ digest: ImageDigest) -> FilePath {
        root.appending("borrowed").appending("sha256-\(digest.hexadecimal)")
    }

    /// A known key that an image of the shared store lets in, for the store's owner to read.
    func borrowedKey(_ digest: String) -> FilePath { root.appending("login-keys").appending(digest) }

    func image(_ digest: ImageDigest) -> ImageLayout {
        ImageLayout(root: images.appending("sha256-\(digest.hexadecimal)"))
    }

    /// The image of a directory's name, nil for a name that the store did not make.
    func digest(directory name: String) -> ImageDigest? {
        guard name.hasPrefix("sha256-") else { return nil }
        return ImageDigest(parsing: "sha256:" + name.dropFirst(7))
    }

    /// The one slash that a name may have is escaped by a character that none may have, so that no name is part of another.
    func nameFile(_ name: String) -> FilePath {
        names.appending(name.split(separator: "/").joined(separator: "%2F") + ".json")
    }

    /// The name that a file in `names` is for, nil for a file of another kind, such as one that is being written.
    func name(file: String) -> String? {
        guard file.hasSuffix(".json") else { return nil }
        return file.dropLast(5).split(separator: "%2F").joined(separator: "/")
    }

    /// Makes the directories. Those above an image can be passed through by anybody, as the root of a container
    /// is nobody here, and as QEMU runs as a user of its own; half-made images are for root alone.
    func make() throws(HostError) {
        try HostFiles.makeDirectory(root)
        try HostFiles.makeDirectory(images, mode: .passable)
        try HostFiles.makeDirectory(names)
        try HostFiles.makeDirectory(staging, mode: .ownerReadWriteExecute)
    }
}

/// Where things lie in an image.
struct ImageLayout: Hashable, Sendable {
    let root: FilePath

    /// The tree that machines start from. Nobody writes to it.
    var tree: FilePath { root.appending("rootfs") }
    /// The disk image that machines start from. Nobody writes to it.
    var disk: FilePath { root.appending("disk.qcow2") }
    /// The description that an image in layers came with.
    var configuration: FilePath { root.appending("config.json") }
    /// The manifest of a tree, or of several files.
    var manifest: FilePath { root.appending("manifest") }
    var record: FilePath { root.appending("image.json") }
    /// One file for each machine that needs the image.
    var references: FilePath { root.appending("references") }

    /// Where the files of a machine of VirtualBox are.
    var machine: FilePath { root.appending("ovf") }

    /// What machines start from.
    func content(_ record: ImageRecord) -> [FilePath] {
        switch record.format {
        case .directories: [tree]
        case .qcow2: record.files.map { $0.map(root.appending) } ?? [disk]
        case .ovf: (record.files ?? []).map(machine.appending)
        }
    }

    /// A private key that the image lets in, which is no secret; named by the digest of its text.
    func loginKey(_ digest: String) -> FilePath { loginKeys.appending(digest) }
    var loginKeys: FilePath { root.appending("login-keys") }
}
