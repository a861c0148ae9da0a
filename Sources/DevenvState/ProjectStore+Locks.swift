import DevenvHost
package import DevenvModel
import SystemPackage

/// Locks that are held until the object goes.
package final class HeldLocks: Sendable {
    private let locks: [HeldLock]

    fileprivate init(_ locks: [HeldLock]) { self.locks = locks }
}

/// One lock, in a box that can stand in an array.
private final class HeldLock: Sendable {
    private let lock: FileLock

    init(_ lock: consuming FileLock) { self.lock = lock }
}

extension ProjectStore {
    /// Takes the locks of machines, all or none. Never waits for a machine.
    ///
    /// The host-wide lock is held meanwhile, so that a `destroy` that is just removing `.devenv` can't pull a lock's file
    /// from under us.
    package func lock(_ machines: [MachineName]) throws(StateError) -> HeldLocks {
        try withHostLock { () throws(StateError) in
            try settle()
            try makeDirectory(locksDirectory)
            var held: [HeldLock] = []
            for machine in machines.sorted() { held.append(try take(machine)) }
            return HeldLocks(held)
        }
    }

    private func take(_ machine: MachineName) throws(StateError) -> HeldLock {
        let path = lockFile(of: machine)
        let attempt = try StateError.wrap { () throws(HostError) in try FileLock.attempt(path, command: command) }
        switch consume attempt {
        case .taken(let lock): return HeldLock(lock)
        case .held(let holder): throw .locked("machine '\(machine)'", by: holder)
        }
    }

    /// Runs something while no other devenv of this host establishes, removes or locks a project.
    func withHostLock<Value>(_ body: () throws(StateError) -> Value) throws(StateError) -> Value {
        try makeDirectory(indexDirectory, below: host.data)
        let path = indexDirectory.appending("lock")
        let lock = try StateError.wrap { () throws(HostError) in try FileLock.waiting(for: path, command: command) }
        guard let lock else {
            let holder = try StateError.wrap { () throws(HostError) in try FileLock.holder(of: path) }
            throw .locked("the index of projects", by: holder)
        }
        let held = HeldLock(lock)
        let result = Result { () throws(StateError) in try body() }
        withExtendedLifetime(held) {}
        return try result.get()
    }

    /// Makes a directory of our own below one that others must be able to pass: machines live there too, as other users.
    private func makeDirectory(_ path: FilePath, below parent: FilePath) throws(StateError) {
        let passable: FilePermissions = [.ownerReadWriteExecute, .groupReadExecute, .otherReadExecute]
        try StateError.wrap { () throws(HostError) in try HostFiles.makeDirectory(parent, mode: passable) }
        try makeDirectory(path)
    }

    func makeDirectory(_ path: FilePath) throws(StateError) {
        try StateError.wrap { () throws(HostError) in try HostFiles.makeDirectory(path, mode: .ownerReadWriteExecute) }
    }
}
