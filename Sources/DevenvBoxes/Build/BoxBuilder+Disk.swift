import DevenvHost
import DevenvModel
import Glibc
import SystemPackage

extension BoxBuilder {
    /// Makes a disk image of the tree in an archive, in the staging directory.
    func makeDisk(_ recipe: BoxRecipe, _ archive: FilePath, _ scratch: FilePath, in staging: FilePath)
        async throws(BoxError) -> (image: FilePath, version: String?, packages: InstalledPackages)
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
        let packages = try InstalledPackages(in: tree)
        try await DiskMaker(runner: store.runner, namespace: namespace).make(
            image, of: tree, size: recipe.size, identity: recipe.identity, in: scratch)
        FaultPoint.reach("boxes.build.imaged")
        return (image, version.flatMap(Self.version), packages)
    }

    /// The number of a release; one that is still being made has only names.
    private static func version(_ text: [UInt8]) -> String? {
        let version = String(decoding: text, as: UTF8.self).filter { !$0.isWhitespace }
        return BoxVersion(parsing: version) == nil ? nil : version
    }
}
