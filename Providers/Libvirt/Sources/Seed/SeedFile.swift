/// A file of a machine's seed.
package struct SeedFile: Hashable, Sendable {
    /// Its path below the seed's root.
    package let path: String
    /// Its contents.
    package let bytes: [UInt8]
    /// Its mode.
    package let mode: UInt16

    /// Makes a file of a text.
    package init(_ path: String, _ text: String, mode: UInt16 = 0o644) {
        self.path = path
        bytes = Array(text.utf8)
        self.mode = mode
    }
}
