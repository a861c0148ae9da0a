import CSyscalls
import DevenvHost
import DevenvPluginAPI
import Glibc
import SystemPackage

extension ContainerProvider {
    /// Copies what a running machine has written, as it is at one moment: nothing in it moves meanwhile. The machine goes on
    /// before the copy is flushed to the disk.
    func copy(
        _ top: String, as layer: String, at place: MachinePlace, _ attempt: String
    ) async throws(ProviderError) {
        let groups = ControlGroups(of: place)
        if HostFiles.exists(place.pause) { try letGoOn(place) }  // an earlier snapshot was cut off
        let (source, target) = (place.disk.appending(top), place.disk.appending(layer))
        let isSuspended = groups.isFrozen
        if !isSuspended {
            try ProviderError.translate { () throws(HostError) in
                try AtomicFile.write([], to: place.pause, durable: false)
            }
            FaultPoint.reach("container.snapshot.pausing")
        }
        let copied = await outcome { () async throws(ProviderError) in
            if !isSuspended { try await groups.freeze() }
            FaultPoint.reach("container.snapshot.frozen")
            try await copyTree(source, to: target, attempt)
            FaultPoint.reach("container.snapshot.copied")
        }
        if !isSuspended { try letGoOn(place) }
        FaultPoint.reach("container.snapshot.thawed")
        try copied.get()
        _ = try ProviderError.translate { () throws(HostError) in
            try SystemCall.check("flushing", target) { devenv_flush_file_system(target.string) }
        }
    }

    private func copyTree(_ source: FilePath, to target: FilePath, _ attempt: String) async throws(ProviderError) {
        let outcome: ToolOutcome
        do throws(ToolError) { outcome = try await tools.run(CopyCall.tree(source, to: target)) } catch {
            throw ProviderError(error)
        }
        guard outcome.status != 0 else { return }
        let directory = target.removingLastComponent()
        let answers = ["No space left on device", "Disk quota exceeded"]
        if HostFiles.isFull(directory) || answers.contains(where: outcome.complaint.contains) {
            throw .noSpace(for: attempt, in: directory)
        }
        throw .failed("\(attempt): 'cp' failed with status \(outcome.status): \(outcome.complaint)")
    }
}

/// The call that copies a layer.
enum CopyCall {
    /// Copies a layer to a path where nothing is, with all that overlayfs keeps in it: whiteouts (devices 0, 0), attributes
    /// `trusted.overlay.*` (an ordinary user's: `user.overlay.*`), and owners, capabilities, hard links, holes and times as they are. Files share their content where
    /// the file system can. See cp(1).
    static func tree(_ source: FilePath, to target: FilePath) -> ToolInvocation {
        ToolInvocation(
            "cp",
            [
                "--archive", "--reflink=auto", "--sparse=auto", "--no-target-directory", source.string, target.string,
            ], timeout: .seconds(3600), endsWithCaller: true)
    }
}
