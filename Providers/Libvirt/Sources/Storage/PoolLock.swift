import DevenvCrypto
import DevenvHost
import DevenvPluginAPI
import Glibc
import SystemPackage

/// A lock between all devenv processes of this host, flock(2), on a part of what is done with one storage pool.
struct PoolLock: ~Copyable {
    /// What is guarded.
    enum Part: String {
        /// That a base is there until its overlay is, and the pool until its volume is: held shared by those who make volumes,
        /// alone by whoever removes what nobody needs any more.
        case contents
        /// The making of bases: held alone.
        case bases
    }

    /// Who has to wait for whom.
    enum Holding {
        case shared
        case alone
    }

    private let file: FileDescriptor

    private init(_ file: FileDescriptor) { self.file = file }

    deinit {
        try? file.close()  // the kernel lets go of the lock either way
    }

    /// Waits until the lock is ours; without `patience` for as long as somebody has it, as copies take their time. Nil when
    /// the patience is over.
    static func take(
        _ part: Part, of pool: String, at uri: String, _ holding: Holding, patience: Duration? = nil
    ) async throws(ProviderError) -> PoolLock? {
        let path = path(part, pool, uri)
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
            if flock(file.rawValue, operation | LOCK_NB) == 0 { return PoolLock(file) }
            let error = Errno(rawValue: errno)
            try? file.close()  // it was not locked
            guard error == .wouldBlock else { throw HostError("locking", path, error) }
            return nil
        }
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

    /// At a fixed place, as a pool belongs to the host whatever `DEVENV_HOME` says; a session's to its user.
    private static func path(_ part: Part, _ pool: String, _ uri: String) -> FilePath {
        let owner = LibvirtURI(uri).scope == .session ? "\(getuid())" : ""
        let subject = SHA256.hexadecimal(of: Array([uri, owner, pool].joined(separator: "\n").utf8)).prefix(16)
        let directory: FilePath = unsafe access("/run/lock", W_OK) == 0 ? "/run/lock" : "/tmp"
        return directory.appending("devenv-libvirt-\(subject)-\(part.rawValue).lock")
    }
}
