package import DevenvModel
import Synchronization

/// Passes the output of a program on with its secrets masked, each stream by itself.
package final class MaskedOutput: Sendable {
    private let maskers: Mutex<[OutputStream: SecretMasker]>
    private let receiver: OutputHandler

    /// Makes one for a run of a program.
    package init(secrets: some Sequence<Redacted>, to receiver: @escaping OutputHandler) {
        let masker = SecretMasker(secrets: secrets)
        maskers = Mutex([.standardOutput: masker, .standardError: masker])
        self.receiver = receiver
    }

    /// Takes a piece of output.
    package func write(_ stream: OutputStream, _ bytes: [UInt8]) {
        pass(stream, maskers.withLock { $0[stream]?.mask(bytes) ?? [] })
    }

    /// Passes on what was held back; the program has ended.
    package func finish() {
        for stream in [OutputStream.standardOutput, .standardError] {
            pass(stream, maskers.withLock { $0[stream]?.finish() ?? [] })
        }
    }

    private func pass(_ stream: OutputStream, _ bytes: [UInt8]) {
        if !bytes.isEmpty { receiver(stream, bytes) }
    }
}
