package import DevenvCrypto
import DevenvModel

extension BoxStore {
    /// What an image is to be known as, and what is said of it that its content does not tell.
    package struct Naming: Sendable {
        /// The name.
        package let name: String
        /// Its version; nil for that of the Debian in a tree.
        package var version: String?
        /// Who people are expected to log in as; nil for what the image tells, `dev` where it tells nothing.
        package var user: String?
        /// The processor that its programs are for, as Debian names it; nil for what the image tells.
        package var architecture: String?
        /// A key that a disk image lets in for `user` and that the first login replaces; nil for what the image tells.
        package var loginKey: LoginKey?
        /// Where the catalog is that it comes from; nil for none.
        package var catalog: String?
        /// Where it comes from: a path, an address, or how it was built.
        package let source: String
        /// Whether another image may lose its place under the name; machines made from that one keep it. An image that is
        /// damaged in the store is put right.
        package let replacing: Bool
        /// The address that the first network interface has to have.
        var baseMAC: MACAddress?
        /// What its machines get where nobody says otherwise.
        var defaults: BoxDefaults?
        /// Whether it may take the place of what came from the same source.
        var replacesOwn = false
        /// What its makers say of it.
        var info: [String: String]?
        /// What the file that it came in was compared with.
        package var checksum: Checksum?
        /// What the file that it came in looked like.
        var stamp: FileStamp?

        /// Describes it.
        package init(
            name: String, version: String? = nil, user: String? = nil, architecture: String? = nil,
            loginKey: LoginKey? = nil, catalog: String? = nil, source: String, replacing: Bool = false
        ) {
            self.name = name
            self.version = version
            self.user = user
            self.architecture = architecture
            self.loginKey = loginKey
            self.catalog = catalog
            self.source = source
            self.replacing = replacing
        }

        /// For messages.
        package var attempt: String { "adding the box '\(name)' from '\(source)'" }

        /// Throws `.invalid` for what can't be the name, the version or the processor of a box.
        func check() throws(BoxError) {
            guard BoxReference.isName(name) else {
                throw BoxError(
                    .invalid, "'\(name)' can't be the name of a box",
                    help: "use letters, digits, '.', '_' and '-', and at most one '/', for example debian/12")
            }
            if let version, BoxVersion(parsing: version) == nil {
                throw BoxError(
                    .invalid, "'\(version)' can't be the version of a box",
                    help: "use numbers with dots, for example 12.11, or 12.11.rc1 for a prerelease")
            }
            if let architecture, !Self.isProcessor(architecture) {
                throw BoxError(
                    .invalid, "'\(architecture)' can't be the name of a processor",
                    help: "use Debian's name for it, for example amd64 or arm64")
            }
        }

        private static func isProcessor(_ text: String) -> Bool {
            (1...30).contains(text.utf8.count)
                && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_-".contains($0)) }
        }
    }

    /// What is known of what is to be added, from a catalog or a lock file, before it is there.
    package struct Expectation: Hashable, Sendable {
        /// The digest of the image, as in `BoxImage`.
        package var image: ImageDigest?
        /// The digest of the file that it comes in.
        package var checksum: Checksum?

        /// Says what is known.
        package init(image: ImageDigest? = nil, checksum: Checksum? = nil) {
            self.image = image
            self.checksum = checksum
        }
    }
}
