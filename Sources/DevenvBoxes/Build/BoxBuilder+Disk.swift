import DevenvHost
import DevenvModel
import Glibc
import SystemPackage

extension BoxBuilder {
    /// What a disk image takes at most; it takes as much of the host as is written to it. A machine whose `disk` is larger
    /// lets its root file system grow.
    private static let size = ByteCount(bytes: 10 << 30)

    /// Makes a disk image of the tree in an archive, in the staging directory.
    func makeDisk(_ recipe: BoxRecipe, _ archive: FilePath, _ scratch: FilePath, in staging: FilePath)
        async throws(BoxError) -> (image: FilePath, version: String?)
    {
        let tree = scratch.appending("tree")
        let image = staging.appending("disk.qcow2")
        try BoxError.wrap { () throws(HostError) in try HostFiles.makeDirectory(tree) }
        try await store.run(
            BuildTools.unpack(archive, into: tree, namespace), "unpacking the tree of a disk image", writingTo: scratch)
        try BoxError.wrap { () throws(HostError) in try HostFiles.remove(archive) }
        FaultPoint.reach("boxes.build.unpacked")
        let version = try BoxError.wrap { () throws(HostError) in
            try HostFiles.read(tree.appending("etc/debian_version"), limit: 100)
        }
        try await DiskMaker(runner: store.runner, namespace: namespace).make(
            image, of: tree, size: Self.size, identity: recipe.identity, in: scratch)
        FaultPoint.reach("boxes.build.imaged")
        return (image, version.flatMap(Self.version))
    }

    /// The number of a release; one that is still being made has only names.
    private static func version(_ text: [UInt8]) -> String? {
        let version = String(decoding: text, as: UTF8.self).filter { !$0.isWhitespace }
        return BoxVersion(parsing: version) == nil ? nil : version
    }
}
