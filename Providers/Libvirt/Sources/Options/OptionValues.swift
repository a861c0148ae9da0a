package import DevenvModel
package import SystemPackage

/// The guest's processor.
package enum ProcessorMode: Hashable, Sendable {
    /// The host's own.
    case hostPassthrough
    /// The nearest that QEMU has a name for.
    case hostModel
    /// Everything that there is.
    case maximum
    /// One of QEMU's models: `EPYC`.
    case model(String)
}

/// How processors are grouped; their product is the number of processors.
package struct ProcessorTopology: Hashable, Sendable {
    /// How many sockets.
    package let sockets: Int
    /// How many cores a socket.
    package let cores: Int
    /// How many threads a core.
    package let threads: Int

    /// Groups processors.
    package init(sockets: Int = 1, cores: Int = 1, threads: Int = 1) {
        self.sockets = sockets
        self.cores = cores
        self.threads = threads
    }

    /// How many processors there are.
    var processors: Int { sockets * cores * threads }
}

/// A disk beside the first; it is made with the machine, empty, and goes with it.
package struct ExtraDisk: Hashable, Sendable {
    /// How large it is.
    package let size: ByteCount
    /// How it is attached.
    package let bus: DiskBus
    /// The serial number that the guest sees.
    package let serial: String

    /// Describes a disk.
    package init(size: ByteCount, bus: DiskBus = .virtio, serial: String) {
        self.size = size
        self.bus = bus
        self.serial = serial
    }
}

/// A kernel that is started in place of the disk's boot loader.
package struct DirectKernel: Hashable, Sendable {
    /// The kernel's image.
    package let kernel: FilePath
    /// Its initial file system.
    package let initrd: FilePath?
    /// Its arguments.
    package let arguments: String?

    /// Names a kernel.
    package init(kernel: FilePath, initrd: FilePath? = nil, arguments: String? = nil) {
        self.kernel = kernel
        self.initrd = initrd
        self.arguments = arguments
    }
}

/// An interface on a bridge of the host.
package struct BridgedInterface: Hashable, Sendable {
    /// The bridge.
    package let bridge: String
    /// The interface's MAC; nil for one that belongs to the machine.
    package let mac: MACAddress?

    /// Names a bridge.
    package init(bridge: String, mac: MACAddress? = nil) {
        self.bridge = bridge
        self.mac = mac
    }
}
