import CHost
import Glibc
import Synchronization
import SystemPackage

/// A pipe with room for as much as one is allowed, each end of which is closed once, by whoever comes first.
struct HostPipe: Sendable {
    let reader: End
    let writer: End

    init() throws(Errno) {
        var (reader, writer): (Int32, Int32) = (-1, -1)
        guard devenv_pipe(&reader, &writer) == 0 else { throw Errno(rawValue: errno) }
        self.reader = End(FileDescriptor(rawValue: reader))
        self.writer = End(FileDescriptor(rawValue: writer))
    }

    func close() {
        reader.close()
        writer.close()
    }

    /// One end of it.
    final class End: Sendable {
        /// Of no use once it is closed.
        let descriptor: FileDescriptor
        private let isClosed = Atomic<Bool>(false)

        fileprivate init(_ descriptor: FileDescriptor) { self.descriptor = descriptor }

        func close() {
            guard !isClosed.exchange(true, ordering: .relaxed) else { return }
            try? descriptor.close()  // what was written is read or not
        }
    }
}
