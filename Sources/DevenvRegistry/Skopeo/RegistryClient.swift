import DevenvBoxes
import DevenvHost
import SystemPackage

/// Carries skopeo's calls out.
struct RegistryClient: Sendable {
    let runner: any ToolRunner
    let calls: SkopeoCall
    /// For messages.
    let attempt: String

    /// The manifest of an image, of a list of them the one for this host's processor, and the image by its digest.
    func manifest(of image: ImageReference) async throws(BoxError) -> (manifest: Manifest, image: ImageReference) {
        let bytes = try await output(of: calls.manifest(of: image), image)
        let manifest = try Manifest(reading: bytes, attempt)
        guard let list = manifest.manifests else { return (manifest, image.pinned(to: Manifest.digest(of: bytes))) }
        let processor = OCIProcessor.host
        guard case .registry = image else {
            throw BoxError(
                .invalid, "\(attempt): it holds images for several processors",
                help: "take the one that is wanted with 'skopeo copy oci:DIRECTORY oci:NEW'")
        }
        guard let entry = list.first(where: { $0.platform.map(processor.matches) ?? false }) else {
            let offered = list.compactMap { $0.platform?.architecture }.sorted().joined(separator: ", ")
            throw BoxError(
                .missing, "\(attempt): it is not there for \(processor.architecture); there is \(offered)")
        }
        let pinned = image.pinned(to: entry.digest)
        return (try Manifest(reading: try await output(of: calls.manifest(of: pinned), image), attempt), pinned)
    }

    /// The bytes of an image's description, compared with the digest that its manifest says.
    func configuration(of image: ImageReference, _ manifest: Manifest) async throws(BoxError) -> [UInt8] {
        let bytes = try await output(of: calls.configuration(of: image), image)
        guard let expected = manifest.config?.digest, Manifest.digest(of: bytes) == expected else {
            throw BoxError(
                .invalid, "\(attempt): what it says of itself has not the digest that its manifest names",
                help: "whoever published it has to publish it again")
        }
        return bytes
    }

    /// Runs a call that must succeed.
    func output(of call: ToolInvocation, _ image: ImageReference) async throws(BoxError) -> [UInt8] {
        let outcome: ToolOutcome
        do { outcome = try await runner.run(call) } catch { throw .tool(error, attempt) }
        if outcome.status == 0 { return outcome.standardOutput }
        throw SkopeoComplaint(outcome).error(attempt, image)
    }
}
