import DevenvModel
import DevenvPluginAPI
import Synchronization

/// The secrets that a command has read so far. What one item was given another one may print, in the same machine or in a
/// neighbour's, so all of them are masked in all output that follows.
final class KnownSecrets: Sendable {
    private let values = Mutex<[String: Redacted]>([:])

    /// Everything that is known.
    var all: [Redacted] { values.withLock { Array($0.values) } }

    /// Takes some, by their names, and returns everything that is known then.
    func adding(_ secrets: [String: Redacted]) -> [Redacted] {
        values.withLock { values in
            values.merge(secrets) { $1 }
            return Array(values.values)
        }
    }
}

extension ProvisionerError {
    /// The same with these secrets masked in what it says.
    func masked(_ secrets: [Redacted]) -> ProvisionerError {
        ProvisionerError(
            SecretMasker.mask(message, secrets: secrets), help: help.map { SecretMasker.mask($0, secrets: secrets) },
            exitStatus: exitStatus, isCancellation: isCancellation)
    }
}
