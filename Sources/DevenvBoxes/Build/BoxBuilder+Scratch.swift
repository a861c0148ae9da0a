import DevenvHost
import SystemPackage

extension BoxBuilder {
    /// Runs `body` with a new directory for what is made on the way, which is gone afterwards.
    func withScratch<Value: Sendable>(
        in staging: FilePath, _ body: (FilePath) async throws(BoxError) -> Value
    ) async throws(BoxError) -> Value {
        let scratch = Scratch.directory(in: staging, namespace)
        try BoxError.wrap { () throws(HostError) in
            try Staging.claim(scratch, for: staging)
            FaultPoint.reach("boxes.build.claimed")
            // Programs that drop root's rights (apt's own downloader) must be able to enter.
            try HostFiles.makeDirectory(scratch)
        }
        do throws(BoxError) {
            let value = try await body(scratch)
            await remove(scratch)
            return value
        } catch {
            await remove(scratch)
            throw error
        }
    }

    /// Cancelled or not: what belongs to users of the name space, nobody else can remove later. A failure is left to the
    /// staging directory's own end.
    private func remove(_ scratch: FilePath) async {
        guard namespace == .subordinate else { return }
        let call = BuildTools.remove(scratch, namespace)
        let runner = store.runner
        _ = await Task { try? await runner.run(call) }.value
    }
}
