/// The version of devenv: this is its only source.
package enum Version {
    /// The version, by Semantic Versioning 2.0.0.
    package static let current = "0.1.0"
    /// The day that manual pages of this version bear.
    package static let date = "November 23, 2026"
}
