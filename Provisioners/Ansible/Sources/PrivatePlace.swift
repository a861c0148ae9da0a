import DevenvCrypto
import DevenvHost
import DevenvPluginAPI
import Glibc
import SystemPackage

/// A directory for one run that nobody else may look into. What a killed run has left is removed by the next one.
struct PrivatePlace {
    /// Where it is.
    let path: FilePath

    /// Makes one below a directory, after those whose processes are gone.
    init(below parent: FilePath) throws(ProvisionerError) {
        path = parent.appending("\(getpid())-\(SecureRandom.hexadecimal(digits: 12))")
        do throws(HostError) {
            try HostFiles.makeDirectory(parent, mode: .ownerReadWriteExecute)
            for name in try HostFiles.list(parent) where Self.isAbandoned(name) {
                try HostFiles.remove(parent.appending(name))
            }
            try HostFiles.makeDirectory(path, mode: .ownerReadWriteExecute)
        } catch {
            throw ProvisionerError("making a directory for Ansible: \(error)")
        }
    }

    /// Writes a file in it.
    func write(_ content: String, to name: String) throws(ProvisionerError) {
        do throws(HostError) {
            try AtomicFile.write(Array(content.utf8), to: path.appending(name), mode: .ownerReadWrite, durable: false)
        } catch {
            throw ProvisionerError("writing for Ansible: \(error)")
        }
    }

    /// Removes it.
    func remove() {
        try? HostFiles.remove(path)  // what can't be removed now is removed by the next run
    }

    private static func isAbandoned(_ name: String) -> Bool {
        guard let process = name.split(separator: "-").first.flatMap({ pid_t($0) }) else { return false }
        return kill(process, 0) != 0 && errno == ESRCH
    }
}
