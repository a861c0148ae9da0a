package import DevenvModel
package import DevenvPluginAPI

/// What a machine needs on disk.
package struct DiskPlan: Sendable {
    /// Whose it is.
    package let identity: MachineIdentity
    /// What its first disk starts as, and as many further ones as the box has.
    package let box: BoxImage
    /// How large its first disk is; nil for as large as the box's.
    package var size: ByteCount?
    /// The disks beside the first.
    package var extraDisks: [ExtraDisk]
    /// What it is told at its first boot; nil for a machine that is told nothing.
    package var seed: Seed?

    /// Describes it.
    package init(
        identity: MachineIdentity, box: BoxImage, size: ByteCount? = nil, extraDisks: [ExtraDisk] = [],
        seed: Seed? = nil
    ) {
        self.identity = identity
        self.box = box
        self.size = size
        self.extraDisks = extraDisks
        self.seed = seed
    }

    /// What a request asks for.
    package init(_ request: MachineRequest, options: LibvirtOptions, seed: Seed?) {
        self.init(
            identity: request.identity, box: request.box, size: request.spec.disk,
            extraDisks: options.disks, seed: seed)
    }

    /// The volumes that only this machine has.
    package var volumes: [String] {
        [identity.rootVolume] + box.layers.indices.dropFirst().map(identity.boxVolume)
            + extraDisks.map(identity.extraVolume)
            + (seed == nil ? [] : [identity.seedVolume])
    }
}
