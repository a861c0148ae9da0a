import DevenvHost
import Glibc
import SystemPackage

/// A hosts(5) of this host, or another file of that form.
struct HostsFile {
    /// Where it is; a link is followed.
    let path: FilePath

    /// Puts lines into the block of the project in a directory, whole or not at all, and takes the block out where there are none;
    /// false where that was so already. The file keeps its mode. One of several at a time, whichever project they are for.
    func put(
        _ lines: [String], of project: FilePath, _ host: HostDirectories, command: String
    ) async throws -> Bool {
        let attempt = "changing '\(path)'"
        let lock = try await HeldFileLock.awaiting(host.data.appending("hosts.lock"), command: command)
        guard let lock else { throw CommandFailure.interrupted }
        defer { withExtendedLifetime(lock) {} }
        let real = Self.real(path)
        do {
            guard let old = try HostFiles.read(real, limit: 16 << 20) else {
                if lines.isEmpty { return false }
                throw CommandFailure.failed(
                    "\(attempt): there is no such file", help: "make it first, or name another with '--in'")
            }
            let new = HostsBlock(directory: project.string).text(old, lines: lines)
            guard new != old else { return false }
            try AtomicFile.write(new, to: real, mode: Self.mode(of: real))
            return true
        } catch let error as HostError {
            throw CommandFailure.failed("\(attempt): \(error.description)", help: Self.cure(error))
        }
    }

    private static func cure(_ error: HostError) -> String? {
        switch error.errno {
        case .permissionDenied, .notPermitted: "run it as root, or name a file of your own with '--in'"
        case .resourceBusy:
            "it is a mount, which can't be replaced: print the lines with 'devenv hosts' and put them there"
        default: nil
        }
    }

    private static func real(_ path: FilePath) -> FilePath {
        guard let name = realpath(path.string, nil) else { return path }
        defer { free(name) }
        return FilePath(String(cString: name))
    }

    private static func mode(of path: FilePath) -> FilePermissions {
        var status = stat()
        guard stat(path.string, &status) == 0 else { return [.ownerReadWrite, .groupRead, .otherRead] }
        return FilePermissions(rawValue: status.st_mode & 0o7777)
    }
}
