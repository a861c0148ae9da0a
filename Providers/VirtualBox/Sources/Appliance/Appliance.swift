import SystemPackage

/// What a box says of the machine that it was: the few settings that a system inside may depend on, and its disks.
///
/// It is read from the box's description (DSP0243, Open Virtualization Format, with VirtualBox's own section) and is all that
/// is ever taken over from it. The rest of a description is a stranger's wish for this host: folders of the host to share,
/// serial ports that write its files, forwards, USB devices to grab, remote screens, recordings, machines that start with the
/// host. None of that is imported and then undone; it is not read at all.
struct Appliance: Hashable, Sendable {
    /// A disk and where it was attached.
    struct Disk: Hashable, Sendable {
        /// Its image, in the box.
        let file: FilePath
        /// What it was attached to.
        var bus: StorageController.Bus
        /// Where.
        var slot: StorageSlot
    }

    /// The kind of system, as VirtualBox names it.
    var operatingSystem = "Linux26_64"
    /// How many processors it had.
    var processors = 1
    /// How much memory it had, in MiB.
    var memory: Int64 = 512
    /// What started it.
    var firmware = Firmware.bios
    /// What its screen was shown by; nil for what VirtualBox thinks best.
    var graphics: Graphics?
    /// The memory of its screen, in MiB; nil for what VirtualBox thinks best.
    var videoMemory: Int?
    /// Whether its clock showed universal time.
    var usesUniversalTime = true
    /// Whether it had an interrupt controller that several processors need.
    var hasIOAPIC = true
    /// Whether it had physical address extension.
    var hasPAE = true
    /// What its first network card was.
    var card = CardModel.e1000Desktop
    /// Its disks; the first is the one that it starts from.
    var disks: [Disk] = []

    /// What its UEFI has kept, in the box; nil where it has none or the box does not bring it.
    var variables: FilePath?

    /// The controllers that its disks need.
    var controllers: [StorageController] {
        var found: [StorageController.Bus] = []
        for disk in disks where !found.contains(disk.bus) { found.append(disk.bus) }
        return found.map { bus in
            let ports = disks.filter { $0.bus == bus }.map(\.slot.port).max() ?? 0
            // room for the disks that an Envfile adds
            return .usual(bus, ports: max(8, ports + 1))
        }
    }

    /// The settings that every machine made from it has.
    var settings: [VMSetting] {
        var settings: [VMSetting] = [
            .memory(mebibytes: memory), .processors(processors), .firmware(firmware), .ioAPIC(hasIOAPIC), .pae(hasPAE),
            .universalTime(usesUniversalTime), .silence, .noBootMenu, .bootOrder([.disk, .dvd]),
        ]
        if let graphics { settings.append(.graphics(graphics)) }
        if let videoMemory { settings.append(.videoMemory(mebibytes: videoMemory)) }
        return settings
    }
}
