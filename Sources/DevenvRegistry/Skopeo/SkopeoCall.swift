import DevenvHost
import SystemPackage

/// The calls of skopeo(1), which knows registries, their logins and certificates, and compares every blob with its digest.
struct SkopeoCall: Hashable, Sendable {
    /// What the one image of a directory is called there.
    static let name = "box"

    /// Whether registries may be spoken to without a certificate that the host trusts, or without any.
    let isInsecure: Bool

    /// The bytes of a manifest, or of a list of manifests.
    func manifest(of image: ImageReference) -> ToolInvocation {
        ToolInvocation("skopeo", ["inspect", "--raw"] + verification("--tls-verify", image) + [image.argument])
    }

    /// The bytes of an image's description.
    func configuration(of image: ImageReference) -> ToolInvocation {
        ToolInvocation(
            "skopeo", ["inspect", "--config", "--raw"] + verification("--tls-verify", image) + [image.argument])
    }

    /// Brings an image into a directory; blobs that lie in `blobs` already are not fetched.
    func fetch(_ image: ImageReference, to layout: FilePath, blobs: FilePath, isExact: Bool) -> ToolInvocation {
        ToolInvocation(
            "skopeo",
            ["copy", "--quiet", "--retry-times", "3"] + (isExact ? ["--preserve-digests"] : [])
                + verification("--src-tls-verify", image)
                + ["--dest-shared-blob-dir", blobs.string, image.argument, "oci:\(layout):\(Self.name)"],
            timeout: .seconds(24 * 3600))
    }

    /// Brings an image from a directory to a registry; blobs that are there already are not sent.
    func send(_ layout: FilePath, to image: ImageReference) -> ToolInvocation {
        ToolInvocation(
            "skopeo",
            ["copy", "--quiet", "--retry-times", "3", "--preserve-digests"]
                + verification("--dest-tls-verify", image) + ["oci:\(layout):\(Self.name)", image.argument],
            timeout: .seconds(24 * 3600))
    }

    private func verification(_ option: String, _ image: ImageReference) -> [String] {
        isInsecure || image.isLoopback ? ["\(option)=false"] : []
    }
}
