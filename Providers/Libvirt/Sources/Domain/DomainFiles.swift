package import SystemPackage

/// The files on the hypervisor's host that a machine is made of.
package struct DomainFiles: Hashable, Sendable {
    /// The first disk.
    package var disk: FilePath
    /// The images whose sectors show through it, the nearest first; all qcow2.
    package var bases: [FilePath]
    /// The box's further disks.
    package var boxDisks: [BoxDisk]
    /// The extra disks, as many as there are in the options.
    package var extraDisks: [FilePath]
    /// The seed; nil for a box that needs none.
    package var seed: FilePath?
    /// Where the console is written to.
    package var console: FilePath?
    /// The port of this host that leads to the machine's SSH server, where no address does.
    package var sshPort: UInt16?
    /// The guest agent's socket; nil for one of libvirt's. libvirt's lies deep in a user's home directory, and the kernel
    /// takes no paths of sockets beyond 107 bytes (unix(7)), so that a user needs a short one, in a directory that exists.
    package var agentSocket: FilePath?

    /// A disk over an image of its own.
    package struct BoxDisk: Hashable, Sendable {
        /// The disk.
        package let file: FilePath
        /// The image whose sectors show through it; qcow2.
        package let base: FilePath

        /// Names both.
        package init(file: FilePath, base: FilePath) {
            self.file = file
            self.base = base
        }
    }

    /// Names the files.
    package init(
        disk: FilePath, bases: [FilePath] = [], boxDisks: [BoxDisk] = [], extraDisks: [FilePath] = [],
        seed: FilePath? = nil,
        console: FilePath? = nil, agentSocket: FilePath? = nil
    ) {
        self.disk = disk
        self.bases = bases
        self.boxDisks = boxDisks
        self.extraDisks = extraDisks
        self.seed = seed
        self.console = console
        self.agentSocket = agentSocket
    }
}
