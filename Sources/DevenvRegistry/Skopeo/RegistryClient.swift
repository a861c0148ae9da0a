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
        let entry = try suitable(of: list)
        if case .layout(let directory, _) = image {
            // skopeo takes no digests here, and chooses by the processor itself when it copies
            return (try Manifest(reading: try blob(entry, in: directory), attempt), image)
        }
        let pinned = image.pinned(to: entry.digest)
        return (try Manifest(reading: try await output(of: calls.manifest(of: pinned), image), attempt), pinned)
    }

    /// The one of a list that is for this host's processor.
    private func suitable(of list: [Manifest.Descriptor]) throws(BoxError) -> Manifest.Descriptor {
        let processor = OCIProcessor.host
        if let entry = list.first(where: { $0.platform.map(processor.matches) ?? false }) { return entry }
        // what builders put beside images, such as their signatures, is for no processor
        let offered = Set(list.compactMap(\.platform).filter { $0.architecture != "unknown" }.map(\.description))
            .sorted()
        throw BoxError(
            .missing,
            "\(attempt): it is not there for linux/\(processor.architecture); "
                + (offered.isEmpty ? "there is nothing else" : "there is \(offered.joined(separator: ", "))"),
            help: "ask whoever publishes it, or take another image")
    }

    private func blob(_ entry: Manifest.Descriptor, in directory: FilePath) throws(BoxError) -> [UInt8] {
        let path = BlobDirectory(root: directory.appending("blobs")).path(entry.digest)
        let bytes = try BoxError.wrap { () throws(HostError) in try HostFiles.read(path, limit: 8 << 20) }
        guard let bytes, Manifest.digest(of: bytes) == entry.digest else {
            throw BoxError(.invalid, "\(attempt): '\(path)' is missing or is not what its name says")
        }
        return bytes
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
