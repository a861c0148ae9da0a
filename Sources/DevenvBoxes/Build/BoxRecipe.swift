/// What a box is built from: the distribution's own packages.
package struct BoxRecipe: Hashable, Sendable {
    /// The release's code name, such as `bookworm`.
    package let suite: String
    /// Packages beside the ones that every box has.
    package let packages: [String]

    /// Describes a box.
    package init(suite: String, packages: [String] = []) {
        self.suite = suite
        self.packages = packages
    }

    /// What a machine needs to be reached, provisioned and looked at.
    package static let base = [
        "openssh-server", "sudo", "rsync", "python3-minimal", "iproute2", "iputils-ping", "procps", "netbase",
        "ca-certificates", "curl",
    ]

    /// The releases that `debian/NUMBER` means.
    private static let releases = ["11": "bullseye", "12": "bookworm", "13": "trixie", "14": "forky"]

    /// The release that a box's name speaks of (`debian/12`, `debian/12-postgresql`, `debian/trixie`), nil where it speaks
    /// of none: the host's own is meant then.
    package static func suite(forName name: String) -> String? {
        guard name.hasPrefix("debian/") else { return nil }
        let release = String(name.dropFirst(7).prefix { $0 != "-" })
        return releases[release] ?? releases.values.first { $0 == release }
    }

    /// All packages, each once, in the order in which they were asked for.
    var allPackages: [String] {
        var seen: Set<String> = []
        return (Self.base + packages).filter { seen.insert($0).inserted }
    }

    /// Throws `.invalid` for what can't be a suite or a package (Debian Policy 5.6.7; `=VERSION` and `:ARCH` may follow).
    func check() throws(BoxError) {
        guard Self.isPackage(suite) else {
            throw BoxError(
                .invalid, "'\(suite)' can't be the name of a release", help: "use a code name, for example bookworm")
        }
        guard let wrong = packages.first(where: { !Self.isPackage($0) }) else { return }
        throw BoxError(
            .invalid, "'\(wrong)' can't be the name of a package",
            help: "write names with commas between them, for example --include postgresql,nginx")
    }

    private static func isPackage(_ text: String) -> Bool {
        guard let first = text.utf8.first, first != UInt8(ascii: "-"), first != UInt8(ascii: "+") else { return false }
        return text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "+.-~:=".contains($0)) }
    }
}
