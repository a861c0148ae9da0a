/// A processor under the names that images have for it (Go's `GOARCH`), and Debian has.
struct OCIProcessor: Hashable, Sendable {
    let architecture: String

    /// This host's.
    static var host: OCIProcessor {
        #if arch(x86_64)
            OCIProcessor(architecture: "amd64")
        #elseif arch(arm64)
            OCIProcessor(architecture: "arm64")
        #elseif arch(s390x)
            OCIProcessor(architecture: "s390x")
        #elseif arch(powerpc64le)
            OCIProcessor(architecture: "ppc64le")
        #else
            OCIProcessor(architecture: "riscv64")
        #endif
    }

    /// Whether an image of a list is for it.
    func matches(_ platform: Manifest.Platform) -> Bool {
        platform.os == "linux" && platform.architecture == architecture
    }

    /// Debian's name.
    var debianName: String {
        switch architecture {
        case "386": "i386"
        case "arm": "armhf"
        case "ppc64le": "ppc64el"
        default: architecture
        }
    }
}
