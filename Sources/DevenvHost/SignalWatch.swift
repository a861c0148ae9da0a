import CHost
import Dispatch
import Glibc
import SystemPackage

/// SIGINT, SIGTERM and SIGHUP as a request to stop: the first asks, the second ends the process and its children at once.
package final class SignalWatch {
    private let source: any DispatchSourceRead

    /// Watches for as long as the object lives; once in a process. The handlers are gone after execve(2), and children
    /// don't inherit them either.
    package init(onRequest: @escaping @Sendable () -> Void) throws(HostError) {
        let pipe = try HostError.wrap("watching signals through", "pipe") { try FileDescriptor.pipe() }
        for end in [pipe.readEnd, pipe.writeEnd] {
            _ = fcntl(end.rawValue, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end.rawValue, F_SETFL, O_NONBLOCK)
        }
        // A queue of its own, which works even while every other thread is busy.
        let queue = DispatchQueue(label: "devenv.signals")
        let source = DispatchSource.makeReadSource(fileDescriptor: pipe.readEnd.rawValue, queue: queue)
        let counter = VisitCounter()
        source.setEventHandler {
            var byte: UInt8 = 0
            while read(pipe.readEnd.rawValue, &byte, 1) == 1 {
                if counter.count("signal") == 1 { onRequest() } else { Self.stopAtOnce() }
            }
        }
        source.activate()
        self.source = source
        let error = devenv_forward_signals(pipe.writeEnd.rawValue)
        guard error == 0 else { throw HostError("watching signals through", "sigaction", Errno(rawValue: error)) }
    }

    /// The exit status of a command that a signal ended.
    private static let interrupted: Int32 = 130

    private static func stopAtOnce() -> Never {
        for child in children() {
            kill(-child, SIGKILL)
            kill(child, SIGKILL)
        }
        _exit(interrupted)
    }

    /// The children of all our threads (proc(5)); none where the kernel does not tell.
    private static func children() -> [pid_t] {
        let threads = (try? HostFiles.list("/proc/self/task")) ?? []  // we are ending in any case
        return threads.flatMap { thread in
            let path = FilePath("/proc/self/task").appending(thread).appending("children")
            let bytes = try? HostFiles.read(path)
            return String(decoding: (bytes ?? nil) ?? [], as: UTF8.self).split(separator: " ").compactMap { pid_t($0) }
        }
    }
}
