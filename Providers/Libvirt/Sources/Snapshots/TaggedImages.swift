import DevenvHost
import DevenvPluginAPI
import FoundationEssentials
import SystemPackage

/// Images of a machine that does not run, and the snapshots within them, by qemu-img(1).
struct TaggedImages: Sendable {
    let images: [FilePath]
    let tools: any ToolRunner

    /// Saves what is in all.
    func save(_ tag: String) async throws(ProviderError) {
        for image in images {
            try await run(ImageTools.saveSnapshot(tag, of: image))
            FaultPoint.reach("libvirt.snapshot.image")
        }
    }

    /// Brings all back. An end in the middle leaves some as they are; repeating it brings back all.
    func restore(_ tag: String) async throws(ProviderError) {
        for image in images {
            try await run(ImageTools.restoreSnapshot(tag, of: image))
            FaultPoint.reach("libvirt.snapshot.restored")
        }
    }

    /// Gives up what was saved, in those that have it; a name may be there more than once.
    func delete(_ tag: String) async throws(ProviderError) {
        for image in images where HostFiles.exists(image) {
            for name in try await tags(in: image) where name == tag {
                try await run(ImageTools.deleteSnapshot(tag, of: image))
            }
        }
    }

    private func tags(in image: FilePath) async throws(ProviderError) -> [String] {
        let outcome = try await run(ImageTools.describe(image))
        do {
            return try JSONDecoder().decode(ImageDescription.self, from: Data(outcome.standardOutput)).snapshots?
                .map(\.name) ?? []
        } catch {
            throw .failed("looking for snapshots in '\(image)': what qemu-img says can't be understood")
        }
    }

    @discardableResult
    private func run(_ call: ToolInvocation) async throws(ProviderError) -> ToolOutcome {
        let outcome: ToolOutcome
        do { outcome = try await tools.run(call) } catch { throw ProviderError(error) }
        guard outcome.status == 0 else { throw .failed("'\(call)' failed: \(outcome.complaint)") }
        return outcome
    }
}

/// What qemu-img tells of an image.
private struct ImageDescription: Decodable {
    let snapshots: [ImageSnapshot]?
}
