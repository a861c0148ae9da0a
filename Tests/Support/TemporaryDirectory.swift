import DevenvCrypto
import DevenvHost
import Glibc
package import SystemPackage

/// A directory of a test's own, removed with all that is in it when the body ends, however it ends.
package struct TemporaryDirectory: Sendable {
    /// Where it is.
    package let path: FilePath

    /// Runs the body with a new directory, which only this user may enter.
    package static func with<Value>(
        isolation: isolated (any Actor)? = #isolation, _ body: (TemporaryDirectory) async throws -> Value
    ) async throws -> Value {
        let directory = TemporaryDirectory(
            path: parent.appending("devenv-test-" + SecureRandom.hexadecimal(digits: 12)))
        try HostFiles.makeDirectory(directory.path, mode: [.ownerReadWriteExecute])
        do {
            let value = try await body(directory)
            try HostFiles.remove(directory.path)
            return value
        } catch {
            try? HostFiles.remove(directory.path)  // the body's own failure is the one to report
            throw error
        }
    }

    /// Writes a file below it, with the directories above the file, and returns its path.
    @discardableResult
    package func write(_ text: String, to name: String) throws -> FilePath {
        try write(Array(text.utf8), to: name)
    }

    /// Writes a file below it, with the directories above the file, and returns its path.
    @discardableResult
    package func write(_ bytes: [UInt8], to name: String, mode: FilePermissions = [.ownerReadWrite]) throws -> FilePath
    {
        let file = path.pushing(FilePath(name))
        try HostFiles.makeDirectory(file.removingLastComponent())
        try AtomicFile.write(bytes, to: file, mode: mode, durable: false)
        return file
    }

    /// The text of a file below it, nil where there is none.
    package func read(_ name: String) throws -> String? {
        try HostFiles.read(path.pushing(FilePath(name))).map { String(decoding: $0, as: UTF8.self) }
    }

    private static var parent: FilePath { getenv("TMPDIR").map { FilePath(String(cString: $0)) } ?? "/tmp" }
}
