import DevenvCrypto
import DevenvHost
package import SystemPackage

/// A directory in which one image is made, on the file system of the store. Whoever makes it holds its lock: what has no
/// holder was left by a process that ended, and goes when the next image is made.
struct Staging: ~Copyable {
    let directory: FilePath
    private let lock: FileLock

    /// Makes one and removes what was left. Only under the store's lock: nobody else makes one meanwhile.
    static func open(in layout: StoreLayout) throws(HostError) -> Staging {
        try removeAbandoned(in: layout)
        let directory = layout.staging.appending(SecureRandom.hexadecimal(digits: 16))
        guard case .taken(let lock) = try FileLock.attempt(lockFile(of: directory), command: "devenv box") else {
            throw HostError("locking", directory, .wouldBlock)
        }
        FaultPoint.reach("boxes.staging.locked")
        try HostFiles.makeDirectory(directory, mode: .ownerReadWriteExecute)
        return Staging(directory: directory, lock: lock)
    }

    /// Removes the directory and all that belongs to it.
    consuming func close() throws(HostError) {
        try Self.removeAll(of: directory)
        extendLifetime(lock)
    }

    /// Says that a directory elsewhere belongs to this one, before it is made, so that it can't be left behind.
    static func claim(_ elsewhere: FilePath, for directory: FilePath) throws(HostError) {
        try AtomicFile.write(Array(elsewhere.string.utf8), to: note(in: directory), durable: false)
    }

    /// Moves something that is no longer wanted out of sight in one step; `removeAbandoned` does the rest.
    static func discard(_ path: FilePath, in layout: StoreLayout) throws(HostError) {
        try HostFiles.rename(path, to: layout.staging.appending(SecureRandom.hexadecimal(digits: 16)))
    }

    /// The directories that no process holds; they may be gone a moment later.
    static func abandoned(in layout: StoreLayout) throws(HostError) -> [FilePath] {
        var directories: [FilePath] = []
        for name in try HostFiles.list(layout.staging) where !name.contains(".") {
            let directory = layout.staging.appending(name)
            let attempt = try FileLock.attempt(lockFile(of: directory), command: "devenv box")
            guard case .taken(let lock) = attempt else { continue }
            directories.append(directory)
            extendLifetime(lock)
        }
        return directories
    }

    /// Removes what no process holds.
    static func removeAbandoned(in layout: StoreLayout) throws(HostError) {
        let names = try HostFiles.list(layout.staging).compactMap { $0.split(separator: ".").first.map(String.init) }
        for name in Set(names).sorted() {
            let directory = layout.staging.appending(name)
            guard case .taken(let lock) = try FileLock.attempt(lockFile(of: directory), command: "devenv box") else {
                continue
            }
            try removeAll(of: directory)
            extendLifetime(lock)
        }
    }

    /// The lock's own files go last: as long as anything else is there, the next attempt finds it.
    private static func removeAll(of directory: FilePath) throws(HostError) {
        if let note = try HostFiles.read(note(in: directory)) {
            try HostFiles.remove(FilePath(String(decoding: note, as: UTF8.self)))
        }
        try HostFiles.remove(directory)
        FaultPoint.reach("boxes.staging.emptied")
        let staging = directory.removingLastComponent()
        let lock = lockFile(of: directory)
        // its owner, and what a process has left that was killed while it wrote that
        let prefix = (lock.lastComponent?.string ?? "") + "."
        for name in try HostFiles.list(staging) where name.hasPrefix(prefix) {
            try HostFiles.remove(staging.appending(name))
        }
        try HostFiles.remove(lock)
    }

    static func lockFile(of directory: FilePath) -> FilePath { FilePath(directory.string + ".lock") }
    private static func note(in directory: FilePath) -> FilePath { directory.appending("elsewhere") }
}

extension BoxStore {
    /// Runs `body` with a new directory on the store's file system, which is gone afterwards, whatever happens.
    package func withStaging<Value: Sendable>(
        _ attempt: String, _ body: (FilePath) async throws(BoxError) -> Value
    ) async throws(BoxError) -> Value {
        try BoxError.wrap { () throws(HostError) in try layout.make() }
        let staging = try await exclusively(attempt) { () throws(BoxError) -> Staging in
            try BoxError.wrap { () throws(HostError) -> Staging in try Staging.open(in: layout) }
        }
        do throws(BoxError) {
            let value = try await body(staging.directory)
            // The work is done; what can't be removed now goes with the next box.
            try? staging.close()
            try? await sweep()
            return value
        } catch {
            try? staging.close()  // the first error is the one to tell; what is left goes with the next box
            throw error
        }
    }
}
