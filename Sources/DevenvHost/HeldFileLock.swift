package import SystemPackage

/// A lock of a file that is held until the object goes, for code that can't keep a lock by itself.
package final class HeldFileLock: Sendable {
    private let lock: FileLock

    private init(_ lock: consuming FileLock) { self.lock = lock }

    /// Takes the lock if nobody has it, otherwise says who does; the file and its directory are made where they are missing.
    package static func attempt(
        _ path: FilePath, command: String
    ) throws(HostError) -> (lock: HeldFileLock?, holder: FileLock.Holder?) {
        try HostFiles.makeDirectory(path.removingLastComponent(), mode: .ownerReadWriteExecute)
        switch try FileLock.attempt(path, command: command) {
        case .taken(let lock): return (HeldFileLock(lock), nil)
        case .held(let holder): return (nil, holder)
        }
    }

    /// Takes the lock, waiting for whoever has it without holding up a thread; nil when the task is cancelled. The file and its
    /// directory are made where they are missing.
    package static func awaiting(_ path: FilePath, command: String) async throws(HostError) -> HeldFileLock? {
        try HostFiles.makeDirectory(path.removingLastComponent(), mode: .ownerReadWriteExecute)
        guard let lock = try await FileLock.awaiting(path, command: command, timeout: .seconds(24 * 3600)) else {
            return nil
        }
        return HeldFileLock(lock)
    }
}
