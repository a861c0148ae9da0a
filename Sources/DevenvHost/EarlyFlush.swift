import CHost
package import SystemPackage

/// Has what is written to a file brought to the disk while more is written, so that flushing it in the end takes a moment.
package struct EarlyFlush: Sendable {
    private static let stretch: Int64 = 16 << 20
    private var begun: Int64 = 0

    /// Begins with a file of which so much need not be flushed.
    package init(from begun: Int64 = 0) { self.begun = begun }

    /// So much of a file has been written.
    package mutating func advance(_ file: FileDescriptor, to length: Int64) {
        guard length - begun >= Self.stretch else { return }
        devenv_begin_flushing(file.rawValue, Int(begun), Int(length - begun))
        begun = length
    }
}
