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
        /// Where it comes from: a path, or how it was built.
        package let source: String
        /// Whether another image may lose the name; machines made from that one keep it.
        package let replacing: Bool

        /// Describes it.
        package init(
            name: String, version: String? = nil, user: String? = nil, architecture: String? = nil,
            loginKey: LoginKey? = nil, source: String, replacing: Bool = false
        ) {
            self.name = name
            self.version = version
            self.user = user
            self.architecture = architecture
            self.loginKey = loginKey
            self.source = source
            self.replacing = replacing
        }

        /// For messages.
        var attempt: String { "adding the box '\(name)' from '\(source)'" }

        /// Throws `.invalid` for what can't be the name or the version of a box.
        func check() throws(BoxError) {
            guard BoxReference.isName(name) else {
                throw BoxError(
                    .invalid, "'\(name)' can't be the name of a box",
                    help: "use letters, digits, '.', '_' and '-', and at most one '/', for example debian/12")
            }
            guard let version, BoxVersion(parsing: version) == nil else { return }
            throw BoxError(
                .invalid, "'\(version)' can't be the version of a box", help: "use numbers with dots, for example 12.11"
            )
        }
    }
}
