package import SystemPackage

/// Why there is no Envfile to read.
package struct EnvfileError: Error, Equatable, CustomStringConvertible {
    /// What was attempted, on what, why it failed and what to do; lower case, without a full stop.
    package let description: String

    private init(_ description: String) { self.description = description }

    /// None of the names was found on the way up.
    package static func notFound(from directory: FilePath) -> EnvfileError {
        EnvfileError(
            "there is no Envfile in '\(directory)' or above it; run 'devenv init' to write one, or name one with -f")
    }

    /// The file that was named does not exist.
    package static func missing(_ path: FilePath, namedBy source: String) -> EnvfileError {
        EnvfileError("there is no Envfile at '\(path)', which \(source) names")
    }

    /// The directory to start in does not exist.
    package static func noDirectory(_ path: FilePath, namedBy source: String) -> EnvfileError {
        EnvfileError("there is no directory '\(path)', which \(source) names")
    }
}
