import Glibc
package import SystemPackage

/// Reads a pipe on a thread of its own, as much at once as has come: waiting for each piece of what a program writes as fast as it
/// can would take longer than making it.
package actor PipeReader {
    private static let piece = 256 << 10
    private nonisolated let executor: ThreadExecutor
    /// Its thread.
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private let pipe: FileDescriptor
    private let patience: Duration
    private var space = [UInt8](repeating: 0, count: PipeReader.piece)
    /// Whether all has been read.
    private(set) var hasEnded = false

    /// Reads a descriptor that somebody else closes, afterwards. A cancelled task goes on waiting for no longer than `patience`.
    package init(_ pipe: FileDescriptor, patience: Duration = .milliseconds(100)) throws(Errno) {
        executor = try ThreadExecutor(name: "devenv-pipe")
        self.pipe = pipe
        self.patience = patience
    }

    /// What comes next, nil at the end; throws where the task is cancelled. Only one may be asked for at a time.
    package func next() throws -> [UInt8]? {
        repeat { try Task.checkCancellation() } while try !isReadable()
        let count = try space.withUnsafeMutableBytes { try pipe.read(into: $0) }
        guard count == 0 else { return Array(space.prefix(count)) }
        // a program that was ended with the task has not said all
        try Task.checkCancellation()
        hasEnded = true
        return nil
    }

    private func isReadable() throws(Errno) -> Bool {
        var readiness = pollfd(fd: pipe.rawValue, events: Int16(POLLIN), revents: 0)
        let count = poll(&readiness, 1, Int32(patience / .milliseconds(1)))
        if count < 0, errno != EINTR { throw Errno(rawValue: errno) }
        return count > 0
    }
}
