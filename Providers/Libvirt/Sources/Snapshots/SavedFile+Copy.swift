import DevenvHost
import DevenvPluginAPI
import Glibc
import SystemPackage

extension SavedFile {
    /// Copies the file as it is now; one that was not there when the snapshot was begun is remembered as that.
    func save(_ tools: any ToolRunner) async throws(ProviderError) {
        guard let copy = copy.map({ FilePath($0) }) else { return }
        try ProviderError.translate { () throws(HostError) in
            try HostFiles.makeDirectory(copy.removingLastComponent(), mode: .ownerReadWriteExecute)
        }
        try await Self.run(ImageTools.duplicate(FilePath(file), to: copy), tools)
        FaultPoint.reach("libvirt.snapshot.file")
    }

    /// Puts the copy in the file's place, in one step.
    func restore(_ tools: any ToolRunner) async throws(ProviderError) {
        guard let copy else {
            return try ProviderError.translate { () throws(HostError) in try HostFiles.remove(FilePath(file)) }
        }
        let part = FilePath(file + ".devenv-part")
        do throws(ProviderError) {
            try await Self.run(ImageTools.duplicate(FilePath(copy), to: part), tools)
            try ProviderError.translate { () throws(HostError) in try HostFiles.rename(part, to: FilePath(file)) }
        } catch {
            try? HostFiles.remove(part)  // the first error is the one to tell
            throw error
        }
    }

    private static func run(_ call: ToolInvocation, _ tools: any ToolRunner) async throws(ProviderError) {
        let outcome: ToolOutcome
        do { outcome = try await tools.run(call) } catch { throw ProviderError(error) }
        guard outcome.status == 0 else { throw .failed("'\(call)' failed: \(outcome.complaint)") }
    }
}
