import DevenvHost
import DevenvPluginAPI
import Glibc
import SystemPackage

/// A lock between all devenv processes of this host, flock(2), that is waited for: what it guards takes milliseconds.
struct KernelLock: ~Copyable {
    /// What is guarded.
    enum Subject {
        /// Bridges and the table of rules. At a fixed place, as these belong to the host whatever `DEVENV_HOME` says.
        case network
        /// A file of the user's own.
        case file(FilePath)
        /// The parent of all machines' control groups: shared by those that make groups below, alone for its removal.
        case groups
        /// The same for one project, by its directory.
        case projectGroups(FilePath)
        /// Which projects of file systems are taken (quotactl(2)): one file system may hold the data of several `DEVENV_HOME`.
        case quotas
    }

    private let file: FileDescriptor

    private init(_ file: FileDescriptor) { self.file = file }

    deinit { file.closeUnlocking() }

    /// Waits until the lock is ours, at most two minutes. Whoever has waited longer looks more often, so that newcomers do
    /// not overtake it again and again.
    static func take(_ subject: Subject, shared: Bool = false) async throws(ProviderError) -> KernelLock {
        let deadline = ContinuousClock.now + .seconds(120)
        var pause = Duration.milliseconds(4)
        while ContinuousClock.now < deadline {
            if let lock = try attempt(subject, shared: shared) { return lock }
            try ProviderError.checkCancellation("waiting for the lock '\(path(subject))'")
            try? await Task.sleep(for: pause)  // a cancelled sleep is noticed by the next check
            pause = max(pause * 15 / 16, .microseconds(300))
        }
        throw .timedOut(
            "another devenv has kept the lock '\(path(subject))' for two minutes",
            help: "find it with: fuser \(path(subject))")
    }

    /// Takes the lock if nobody has it. Nil also for the groups of a project whose directory is gone: a destroy of its other
    /// machines has just removed both.
    static func attempt(_ subject: Subject, shared: Bool = false) throws(ProviderError) -> KernelLock? {
        let path = path(subject)
        return try ProviderError.translate { () throws(HostError) -> KernelLock? in
            let file: FileDescriptor
            do throws(HostError) { file = try open(subject) } catch {
                if case .projectGroups = subject, error.errno == .noSuchFileOrDirectory { return nil }
                throw error
            }
            if flock(file.rawValue, (shared ? LOCK_SH : LOCK_EX) | LOCK_NB) == 0 { return KernelLock(file) }
            let error = Errno(rawValue: errno)
            try? file.close()  // it was not locked
            guard error == .wouldBlock else { throw HostError("locking", path, error) }
            return nil
        }
    }

    private static func open(_ subject: Subject) throws(HostError) -> FileDescriptor {
        let path = path(subject)
        return try HostError.wrap("opening the lock", path) {
            if case .projectGroups = subject {
                return try FileDescriptor.open(path, .readOnly, options: [.directory, .closeOnExec])
            }
            let options: FileDescriptor.OpenOptions = [.create, .closeOnExec, .noFollow]
            return try FileDescriptor.open(path, .readWrite, options: options, permissions: .ownerReadWrite)
        }
    }

    private static func path(_ subject: Subject) -> FilePath {
        switch subject {
        // a realm has networks of its own
        case .network: UserRealm.current?.directory.appending("network.lock") ?? "/run/lock/devenv-network.lock"
        case .groups: UserRealm.current?.directory.appending("groups.lock") ?? "/run/lock/devenv-groups.lock"
        case .quotas: "/run/lock/devenv-quotas.lock"
        case .file(let path), .projectGroups(let path): path
        }
    }
}
