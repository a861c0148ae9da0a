package import SystemPackage

/// What is to be true of a catalog as a whole once a box is published in it.
package struct PublishingOptions: Hashable, Sendable {
    /// The private key to sign with; nil for a catalog that is not signed.
    package var key: FilePath?
    /// Where the catalog is served, for what Vagrant reads; nil for what it is now.
    package var url: String?
    /// Whether a box of the same name, version, provider and processor may lose its place.
    package var replacing = false

    /// Nothing but the box.
    package init() {}
}
