package import DevenvModel
package import SystemPackage

/// A verified image on this host that machines start from.
package struct BoxImage: Hashable, Sendable {
    /// What is in `layers`.
    package enum Format: String, Sendable, Codable, CaseIterable {
        /// Directories, each a root file system or a layer of one, as overlayfs takes them.
        case directories
        /// QEMU copy-on-write disk images, one for each disk.
        case qcow2
        /// A machine as VirtualBox exports it: its description (OVF), then the files that belong to it.
        case ovf
    }

    /// The name that it is known by.
    package let name: String
    /// `sha256:` and the digest of its content.
    package let digest: String
    /// What is in `layers`.
    package let format: Format
    /// The directories, lowest first; or the disks' images in the order of the disks; or the description and its files, in one
    /// directory. Nobody may write to them.
    package let layers: [FilePath]
    /// The user that it expects people to log in as.
    package let user: String
    /// How a machine made from it learns who its owner is.
    package let introduction: Introduction
    /// The address that the first network interface has to have, where the system in it was set up for one.
    package let baseMAC: MACAddress?
    /// What machines get where the Envfile says nothing.
    package let defaults: BoxDefaults
    /// Its version, where it has one; for people only.
    package var version: String?

    /// How a machine learns who may log in and who it is.
    package enum Introduction: Hashable, Sendable {
        /// Its provider tells it: by files, or by a NoCloud seed that cloud-init or a service like it reads.
        case provided
        /// It lets in whoever has this private key, which is no secret: the first login replaces it.
        case knownKey(FilePath)
    }

    /// Describes an image.
    package init(
        name: String, digest: String, format: Format, layers: [FilePath], user: String,
        introduction: Introduction = .provided, baseMAC: MACAddress? = nil, defaults: BoxDefaults = BoxDefaults(),
        version: String? = nil
    ) {
        self.name = name
        self.digest = digest
        self.format = format
        self.layers = layers
        self.user = user
        self.introduction = introduction
        self.baseMAC = baseMAC
        self.defaults = defaults
        self.version = version
    }
}

/// How a machine lets its owner in; made once per machine, before its creation.
package struct MachineAccess: Sendable {
    /// The user to log in as.
    package let user: String
    /// Lines of `authorized_keys`.
    package let authorizedKeys: [String]
    /// The machine's SSH host key, as an OpenSSH private key file.
    package let hostKey: Redacted
    /// Its public half, as an OpenSSH public key line.
    package let publicHostKey: String
    /// The port of its SSH server.
    package let port: UInt16

    /// Makes it.
    package init(user: String, authorizedKeys: [String], hostKey: Redacted, publicHostKey: String, port: UInt16) {
        self.user = user
        self.authorizedKeys = authorizedKeys
        self.hostKey = hostKey
        self.publicHostKey = publicHostKey
        self.port = port
    }
}

/// A name and its address, as in hosts(5).
package struct HostEntry: Hashable, Sendable {
    /// The address.
    package let address: IPv4Address
    /// The IPv6 address, nil where it has none.
    package let address6: IPv6Address?
    /// Its names, the first is canonical.
    package let names: [String]

    /// Makes an entry.
    package init(address: IPv4Address, address6: IPv6Address? = nil, names: [String]) {
        self.address = address
        self.address6 = address6
        self.names = names
    }
}

/// Everything that a provider needs to make and start one machine: nothing is left to look up.
package struct MachineRequest: Sendable {
    /// Who it is.
    package let identity: MachineIdentity
    /// What the provider returned last, empty for a machine that is new.
    package var record: ProviderRecord
    /// The machine as the Envfile and its box's defaults have it: hostname, cpus, memory, disk, interfaces, provider options and so on.
    package let spec: MachineSpec
    /// What it starts from.
    package let box: BoxImage
    /// How its owner gets in.
    package let access: MachineAccess
    /// The names of the project's machines, itself included.
    package let hosts: [HostEntry]
    /// Its forwards; an automatic one has its final port.
    package let forwards: [PortForward]
    /// An existing directory for its console log.
    package let logDirectory: FilePath
    /// The directory of the Envfile, where relative paths in options start.
    package let directory: FilePath

    /// Makes a request.
    package init(
        identity: MachineIdentity, record: ProviderRecord, spec: MachineSpec, box: BoxImage, access: MachineAccess,
        hosts: [HostEntry], forwards: [PortForward], logDirectory: FilePath,
        directory: FilePath = "/"
    ) {
        self.identity = identity
        self.record = record
        self.spec = spec
        self.box = box
        self.access = access
        self.hosts = hosts
        self.forwards = forwards
        self.logDirectory = logDirectory
        self.directory = directory
    }

    /// What `observe`, `stop` and `destroy` take.
    package var recorded: RecordedMachine { RecordedMachine(identity: identity, record: record) }
}
