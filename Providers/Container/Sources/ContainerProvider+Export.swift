import CSyscalls
import DevenvHost
import DevenvModel
package import DevenvPluginAPI
import Glibc
package import SystemPackage

extension ContainerProvider {
    /// Packs the machine's root as the machine sees it, its box below and its changes above, from within its own user ids.
    package func export(
        _ machine: RecordedMachine, to directory: FilePath
    ) async throws(ProviderError) -> ExportedMachine {
        try requireRoot()
        let place = place(machine.identity)
        let attempt = "copying the machine '\(machine.identity.name)'"
        guard let note = try Notes.read(DiskNote.self, at: place.diskNote), note.keysFor != nil else {
            throw .invalidRequest("\(attempt): it is not whole", help: "run 'devenv up', then 'devenv halt'")
        }
        guard try runningMachine(at: place) == nil else {
            throw .invalidRequest("\(attempt): it is running", help: "run 'devenv halt \(machine.identity.name)'")
        }
        let stack = LayerStack(box: note.layers, try SnapshotsNote.read(at: place), at: place)
        try makeDirectories(place, for: stack, ids: note.ids)
        try mountRoot(place, stack, ids: note.ids)
        FaultPoint.reach("container.export.mounted")
        let result: Result<FilePath, ProviderError>
        do throws(ProviderError) {
            result = .success(try await pack(place.root, ids: note.ids, in: directory, attempt))
        } catch { result = .failure(error) }
        try await takeDown(place, bridges: .stay)
        FaultPoint.reach("container.export.unmounted")
        return .tree(archive: try result.get())
    }

    /// Has tar run as the machine's root, to whom owners and capabilities are what they are inside; it may write to one
    /// directory, and sees none above it.
    func pack(
        _ root: FilePath, ids: IDRange, in directory: FilePath, _ attempt: String
    ) async throws(ProviderError) -> FilePath {
        let target = directory.appending("tree")
        let namespace = try ProviderError.translate { () throws(HostError) -> Int32 in
            try HostFiles.makeDirectory(target, mode: .ownerReadWriteExecute)
            try SystemCall.check("giving away", target) { lchown(target.string, ids.first, ids.first) }
            return try SystemCall.check("making a user namespace for", root) {
                devenv_user_namespace(ids.first, ids.count)
            }
        }
        defer { close(namespace) }
        let outcome: ToolOutcome
        do throws(ToolError) {
            outcome = try await tools.run(
                PackCall.tree(root, namespace: "/proc/\(getpid())/fd/\(namespace)", archive: "tree.tar", in: target))
        } catch { throw ProviderError(error) }
        guard outcome.status == 0 else {
            if HostFiles.isFull(target) { throw .noSpace(for: attempt, in: target) }
            throw .failed("\(attempt): 'tar' failed with status \(outcome.status): \(outcome.complaint)")
        }
        return target.appending("tree.tar")
    }
}

/// The call that packs a machine's root.
enum PackCall {
    /// Packs a tree into an archive in a directory, with the user ids of a namespace. Sockets, which nobody listens on any more,
    /// tar leaves out by itself.
    static func tree(
        _ root: FilePath, namespace: String, archive: String, in directory: FilePath
    ) -> ToolInvocation {
        ToolInvocation(
            "nsenter",
            [
                "--user=\(namespace)", "--", "tar", "--create", "--file", archive, "--format=posix", "--numeric-owner",
                "--acls", "--xattrs", "--xattrs-include=*", "--sparse", "--one-file-system", "--directory", root.string,
                ".",
            ], directory: directory, timeout: .seconds(3600), endsWithCaller: true)
    }
}
