import DevenvCrypto
import DevenvHost
package import DevenvModel
package import SystemPackage

// What synced folders were when both their sides were last equal, and the locks of what is on this host.
extension ProjectStore {
    /// The file that says what a folder of a machine was; whoever writes it holds the machine's lock.
    package func base(of folder: GuestPath, _ machine: MachineName) -> FilePath {
        bases(of: machine).appending(Self.name(folder.string))
    }

    /// Keeps what a folder of a machine was. It can be found out again, so that it need not outlive a power cut.
    package func keepBase(_ bytes: [UInt8], of folder: GuestPath, _ machine: MachineName) throws(StateError) {
        let path = base(of: folder, machine)
        try StateError.wrap { () throws(HostError) in
            try HostFiles.makeDirectory(path.removingLastComponent(), mode: .ownerReadWriteExecute)
            try AtomicFile.write(bytes, to: path, mode: .ownerReadWrite, durable: false)
        }
    }

    /// Forgets what the folders of a machine were, as it is to be brought back to what it was some time before.
    package func forgetBases(of machine: MachineName) throws(StateError) {
        let path = bases(of: machine)
        try StateError.wrap { () throws(HostError) in try HostFiles.remove(path) }
    }

    /// The lock of a folder of this host, which several machines may have: taken for as long as something comes back to it.
    package func lock(ofFolder folder: FilePath) -> FilePath {
        root.appending("locks").appending("folder-" + Self.name(folder.string))
    }

    private func bases(of machine: MachineName) -> FilePath { directory(of: machine).appending("folders") }

    /// A name for a file, whatever the path is.
    private static func name(_ path: String) -> String {
        String(SHA256.hexadecimal(of: Array(path.utf8)).prefix(16))
    }
}
