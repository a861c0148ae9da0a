import DevenvCrypto
import DevenvHost
package import DevenvPluginAPI
import Glibc
package import SystemPackage

/// A lock between all devenv processes of this host, flock(2), on a part of what is done with one storage pool.
///
/// The file goes when nobody needs it, and comes again with the next who does. So whoever has locked a file looks whether it
/// is still the one that everybody finds: on one that was removed a lock means nothing.
package struct PoolLock: ~Copyable {
    /// What is guarded.
    package enum Part: String, CaseIterable, Sendable {
        /// That a base is there until its overlay is, and the pool until its volume is: held shared by those who make volumes,
        /// alone by whoever removes what nobody needs any more.
        case contents
        /// The making of bases: held alone, and only by those who hold the contents.
        case bases
    }

    /// Who has to wait for whom.
    package enum Holding: Sendable {
        case shared
        case alone
    }

    private let file: FileDescriptor
    private let path: FilePath

    private init(_ file: FileDescriptor, _ path: FilePath) {
        self.file = file
        self.path = path
    }

    deinit { file.closeUnlocking() }

    /// Waits until the lock is ours; without `patience` for as long as somebody has it, as copies take their time. Nil when
    /// the patience is over.
    package static func take(
        _ part: Part, of pool: String, at uri: String, _ holding: Holding, patience: Duration? = nil
    ) async throws(ProviderError) -> PoolLock? {
        let path = path(of: part, of: pool, at: uri)
        let deadline = patience.map { ContinuousClock.now + $0 }
        var pause = Duration.milliseconds(2)
        while true {
            if let lock = try attempt(path, holding) { return lock }
            if let deadline, ContinuousClock.now >= deadline { return nil }
            try ProviderError.checkCancellation("waiting for the lock '\(path)'")
            try? await Task.sleep(for: pause)  // a cancelled sleep is noticed by the next check
            pause = min(pause * 2, .milliseconds(50))
        }
    }

    private static func attempt(_ path: FilePath, _ holding: Holding) throws(ProviderError) -> PoolLock? {
        try ProviderError.translate { () throws(HostError) -> PoolLock? in
            let file = try HostError.wrap("opening the lock", path) { try open(path) }
            let operation = holding == .shared ? LOCK_SH : LOCK_EX
            if flock(file.rawValue, operation | LOCK_NB) == 0 {
                if isInPlace(file, path) { return PoolLock(file, path) }
                try? file.close()  // whoever had it before has removed it: the next attempt finds its successor
                return nil
            }
            let error = Errno(rawValue: errno)
            try? file.close()  // it was not locked
            guard error == .wouldBlock else { throw HostError("locking", path, error) }
            return nil
        }
    }

    private static func isInPlace(_ file: FileDescriptor, _ path: FilePath) -> Bool {
        var (own, found) = (stat(), stat())
        return unsafe fstat(file.rawValue, &own) == 0 && lstat(path.string, &found) == 0
            && own.st_dev == found.st_dev && own.st_ino == found.st_ino
    }

    /// Lets go of the lock on a pool's contents, held alone, and removes the files of all of the pool's locks. Nobody has any
    /// of the others now, as for that one needs the contents too.
    package consuming func remove(pool: String, at uri: String) {
        // of files that somebody else has made in a directory with the sticky bit only that user may remove any
        unsafe unlink(Self.path(of: .bases, of: pool, at: uri).string)
        unsafe unlink(path.string)
    }

    /// Opens the file, making it where it is missing. Reading is enough for flock(2), so that all users share it; and a file of
    /// another user in a directory that all may write to must be opened without O_CREAT (proc_sys_fs(5),
    /// `protected_regular`).
    private static func open(_ path: FilePath) throws -> FileDescriptor {
        while true {
            do {
                return try FileDescriptor.open(path, .readOnly, options: [.closeOnExec, .noFollow])
            } catch Errno.noSuchFileOrDirectory {
                do {
                    let mode: FilePermissions = [.ownerReadWrite, .groupRead, .otherRead]
                    let options: FileDescriptor.OpenOptions = [.create, .exclusiveCreate, .closeOnExec, .noFollow]
                    return try FileDescriptor.open(path, .readOnly, options: options, permissions: mode)
                } catch Errno.fileExists {
                    continue  // somebody has just made it
                }
            }
        }
    }

    /// The file: at a fixed place, as a pool belongs to the host whatever `DEVENV_HOME` says; a session's to its user.
    package static func path(of part: Part, of pool: String, at uri: String) -> FilePath {
        let owner = LibvirtURI(uri).scope == .session ? "\(getuid())" : ""
        let subject = SHA256.hexadecimal(of: Array([uri, owner, pool].joined(separator: "\n").utf8)).prefix(16)
        let directory: FilePath = unsafe access("/run/lock", W_OK) == 0 ? "/run/lock" : "/tmp"
        return directory.appending("devenv-libvirt-\(subject)-\(part.rawValue).lock")
    }
}
