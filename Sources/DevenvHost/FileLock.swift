import DevenvModel
import Glibc
package import SystemPackage

/// An exclusive lock on a file, flock(2): the kernel lets go of it when the process ends, however it ends.
///
/// A file `NAME.owner` beside it says who holds it (process id, start, command), for the message to whoever has to wait; it
/// is a hint only, the kernel's lock decides.
package struct FileLock: ~Copyable {
    /// Who holds a lock, as far as is known.
    package struct Holder: Hashable, Sendable {
        /// The process.
        package let processID: Int
        /// Its command line.
        package let command: String
        /// When it took the lock, in seconds since 1970.
        package let since: Int
    }

    /// What came of an attempt.
    package enum Attempt: ~Copyable {
        /// The lock is ours.
        case taken(FileLock)
        /// Somebody else has it.
        case held(by: Holder?)
    }

    private let file: FileDescriptor

    private init(_ file: consuming FileDescriptor) {
        self.file = file
    }

    deinit { file.closeUnlocking() }

    /// Takes the lock if nobody has it; the file is made where it is missing. Never waits.
    package static func attempt(_ path: FilePath, command: String) throws(HostError) -> Attempt {
        let file = try HostError.wrap("locking", path) {
            let everyone: FilePermissions = [.ownerReadWrite, .groupRead, .otherRead]
            return try FileDescriptor.open(path, .readWrite, options: [.create, .closeOnExec], permissions: everyone)
        }
        if flock(file.rawValue, LOCK_EX | LOCK_NB) == 0 {
            let lock = FileLock(file)
            let note = "\(getpid())\n\(time(nil))\n\(command)\n"
            // a full disk must not keep anybody from a lock: what is done under it may be what frees the disk
            try? AtomicFile.write(Array(note.utf8), to: ownerFile(of: path), durable: false)
            return .taken(lock)
        }
        let error = Errno(rawValue: errno)
        try? file.close()  // the lock was not taken
        guard error == .wouldBlock else { throw HostError("locking", path, error) }
        return .held(by: try holder(of: path))
    }

    /// Takes the lock, waiting for whoever has it; nil when the time is over. For locks that are held for moments only: it
    /// looks again every 5 ms on the calling thread, as flock(2) itself can't be given a deadline.
    package static func waiting(
        for path: FilePath, command: String, timeout: Duration = .seconds(30)
    ) throws(HostError) -> FileLock? {
        let deadline = ContinuousClock.now + timeout
        while true {
            switch try attempt(path, command: command) {
            case .taken(let lock): return lock
            case .held: break
            }
            guard ContinuousClock.now < deadline else { return nil }
            usleep(5_000)
        }
    }

    /// Takes the lock, waiting for whoever has it without holding up a thread; nil when the time is over or the task is
    /// cancelled. Whoever has waited longer looks more often, so that newcomers don't overtake it again and again.
    package static func awaiting(
        _ path: FilePath, command: String, timeout: Duration = .seconds(120)
    ) async throws(HostError) -> FileLock? {
        let deadline = ContinuousClock.now + timeout
        var pause = Duration.milliseconds(4)
        while true {
            switch try attempt(path, command: command) {
            case .taken(let lock): return lock
            case .held: break
            }
            guard ContinuousClock.now < deadline else { return nil }
            do { try await Task.sleep(for: pause) } catch { return nil }
            pause = max(pause * 15 / 16, .microseconds(300))
        }
    }

    /// Who holds the lock, from the note beside it; nil where there is none or it can't be read as one.
    package static func holder(of path: FilePath) throws(HostError) -> Holder? {
        guard let bytes = try HostFiles.read(ownerFile(of: path), limit: 64 << 10) else { return nil }
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", maxSplits: 2).map(String.init)
        guard lines.count == 3, let processID = Int(lines[0]), let since = Int(lines[1]) else { return nil }
        return Holder(processID: processID, command: lines[2].withoutFinalNewline, since: since)
    }

    private static func ownerFile(of path: FilePath) -> FilePath { FilePath(path.string + ".owner") }
}

extension FileDescriptor {
    /// Closes a file that is locked, letting go of the lock first: a program that another thread is just starting has a copy
    /// of the descriptor until execve(2), and close(2) alone would leave the lock to that copy.
    package func closeUnlocking() {
        flock(rawValue, LOCK_UN)
        try? close()  // nothing was buffered here
    }
}
