import CHost
import Glibc
import SystemPackage

/// Writes a file into a pipe as it arrives, on a thread of its own: the other end may take its time.
actor FileFeed {
    private nonisolated let executor: ThreadExecutor
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init() throws(Errno) { executor = try ThreadExecutor(name: "devenv-feed") }

    /// Comes back at the end of the file, when nobody reads the pipe any more, and where the file is abandoned.
    func feed(_ file: ArrivingFile, into pipe: FileDescriptor) async {
        refuseSignals()
        var position: Int64 = 0
        var source: FileDescriptor?
        defer { try? source?.close() }  // it was only read
        // an abandoned one ends early, which its reader sees
        while let length = try? await file.length(beyond: position) {
            if source == nil { source = try? FileDescriptor.open(file.path, .readOnly, options: [.closeOnExec]) }
            guard let source else { return }
            while position < length {
                let count = devenv_send_file(source.rawValue, pipe.rawValue, Int(position), Int(length - position))
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return }
                position += Int64(count)
            }
        }
    }

    /// A pipe without a reader is an error like any other, and no signal, on this thread.
    private func refuseSignals() {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
    }
}
