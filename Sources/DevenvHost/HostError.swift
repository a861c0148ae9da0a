package import SystemPackage

/// Why something with a file of this host failed.
package struct HostError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The system's own error.
    package let errno: Errno
    /// What was attempted, on what, and why it failed; lower case, without a full stop.
    package let description: String

    /// Joins what was attempted and the system's error.
    package init(_ attempt: String, _ path: FilePath, _ errno: Errno) {
        self.errno = errno
        description = "\(attempt) '\(path)': \(errno.description.lowercased())"
    }

    /// Runs a call of swift-system and translates its error.
    package static func wrap<Value>(_ attempt: String, _ path: FilePath, _ body: () throws -> Value) throws(HostError)
        -> Value
    {
        do { return try body() } catch { throw HostError(attempt, path, (error as? Errno) ?? .ioError) }
    }
}
