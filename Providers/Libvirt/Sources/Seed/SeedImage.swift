import CLibvirt  // whose headers define types of Glibc, where a whole module is compiled at once
package import DevenvHost
import DevenvPluginAPI
import Glibc
package import SystemPackage

/// A seed as a file system image (ISO 9660 with the names of Rock Ridge and Joliet), which guests find by its label.
package struct SeedImage: Sendable {
    /// What is in it.
    let seed: Seed
    /// Where it is put together. It holds keys: only this user may enter it, and it goes afterwards.
    let workshop: FilePath

    /// The call that makes the image of a directory with these files. The same files give the same bytes: nothing in it
    /// depends on when, by whom or where it is made. Weights are given because files are otherwise in the order of their
    /// inodes.
    package static func call(_ files: [SeedFile], in tree: FilePath, to image: FilePath) -> ToolInvocation {
        let weights = files.enumerated().flatMap { ["--sort-weight", "\(files.count - $0)", "/" + $1.path] }
        return ToolInvocation(
            "xorrisofs",
            ["-quiet", "-volid", Seed.label, "-joliet", "-rock", "-uid", "0", "-gid", "0", "-no-pad"] + weights
                + ["-output", image.string, tree.string],
            environment: ["SOURCE_DATE_EPOCH": "0"], timeout: .seconds(60))
    }

    /// Makes the image, hands its file to `use`, and removes all that was made for it.
    func with(_ tools: any ToolRunner, _ use: (FilePath) async throws(ProviderError) -> Void)
        async throws(ProviderError)
    {
        do throws(ProviderError) {
            try await use(try await make(tools))
        } catch {
            try? HostFiles.remove(workshop)  // the first error is the one to tell
            throw error
        }
        try ProviderError.translate { () throws(HostError) in try HostFiles.remove(workshop) }
    }

    private func make(_ tools: any ToolRunner) async throws(ProviderError) -> FilePath {
        let (tree, image) = (workshop.appending("files"), workshop.appending("seed.iso"))
        let files = seed.files
        try ProviderError.translate { () throws(HostError) in
            // what an end in the middle has left
            try HostFiles.remove(workshop)
            try HostFiles.makeDirectory(workshop, mode: .ownerReadWriteExecute)
            try Self.write(files, to: tree)
        }
        FaultPoint.reach("libvirt.seed.written")
        let outcome: ToolOutcome
        do { outcome = try await tools.run(Self.call(files, in: tree, to: image)) } catch { throw ProviderError(error) }
        guard outcome.status == 0 else { throw .failed("making the seed '\(image)': \(outcome.complaint)") }
        FaultPoint.reach("libvirt.seed.made")
        return image
    }

    private static func write(_ files: [SeedFile], to tree: FilePath) throws(HostError) {
        var paths: Set<FilePath> = [tree]
        for file in files {
            let path = tree.pushing(FilePath(file.path))
            let directory = path.removingLastComponent()
            try HostFiles.makeDirectory(directory)
            let mode = FilePermissions(rawValue: CModeT(file.mode))
            try AtomicFile.write(file.bytes, to: path, mode: mode, durable: false)
            paths.formUnion([path, directory])
        }
        // times go into the image too
        for path in paths {
            let times = [timespec(), timespec()]
            guard unsafe utimensat(AT_FDCWD, path.string, times, 0) == 0 else {
                throw HostError("setting the times of", path, Errno(rawValue: errno))
            }
        }
    }
}
