import DevenvModel
package import SystemPackage

/// The `libvirt` block of a machine.
package struct LibvirtOptions: Hashable, Sendable {
    /// Which libvirt; nil for the environment's, or the first that answers.
    package var uri: String?
    /// The storage pool; nil for devenv's own.
    package var pool: String?
    /// Whether the guest's instructions are run by the processor.
    package var accelerator = Accelerator.auto
    /// The guest's architecture, as QEMU names it; nil for the host's.
    package var architecture: Architecture?
    /// The guest's processor; nil for what is best where it runs.
    package var processor: ProcessorMode?
    /// Features of the processor, by name.
    package var processorFeatures: [String: FeaturePolicy] = [:]
    /// How processors are grouped.
    package var topology: ProcessorTopology?
    /// Whether the guest can run virtual machines; nil for as the host has it.
    package var isNested: Bool?
    /// The board; nil for the usual one of the architecture.
    package var machineType: String?
    /// What starts the machine.
    package var firmware = Firmware.bios
    /// Whether only signed boot loaders start.
    package var securesBoot = false
    /// The version of its Trusted Platform Module; nil for none.
    package var tpm: TPMVersion?
    /// Disks beside the first.
    package var disks: [ExtraDisk] = []
    /// Images in CD-ROM drives.
    package var discs: [FilePath] = []
    /// What it is started from, the first that works.
    package var bootOrder: [BootDevice] = [.disk]
    /// Where its screen is seen, if it has one.
    package var graphics = Graphics.none
    /// Its graphics card; nil for the one that goes with `graphics`.
    package var video: Video?
    /// A kernel that is started in place of the disk's boot loader.
    package var kernel: DirectKernel?
    /// Interfaces on bridges of the host.
    package var bridges: [BridgedInterface] = []
    /// The model of network cards.
    package var networkModel = NetworkModel.virtio
    /// How the first disk is attached.
    package var diskBus = DiskBus.virtio
    /// How disks are cached by the host.
    package var diskCache = DiskCache.writeback
    /// Whether space that the guest gives up is given back to the host.
    package var discardsBlocks = true
    /// Whether memory is taken from the host's huge pages.
    package var usesHugePages = false
    /// Whether other programs may map the memory, as virtiofsd does.
    package var sharesMemory = false
    /// Whether libvirt starts it with the host.
    package var autostarts = false
    /// Whether it has a channel for the QEMU guest agent.
    package var hasAgentChannel = true
    /// Arguments of QEMU beside libvirt's own.
    package var emulatorArguments: [String] = []
    /// The environment of QEMU beside libvirt's own.
    package var emulatorEnvironment: [String: String] = [:]
    /// Changes of the finished description.
    package var patches: [XMLPatch] = []

    /// Makes options with everything at its default.
    package init() {}
}
