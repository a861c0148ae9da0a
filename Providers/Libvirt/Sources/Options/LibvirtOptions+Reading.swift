package import DevenvDiagnostics
package import DevenvModel
import DevenvPluginAPI
import SystemPackage

extension LibvirtOptions {
    /// The provider's name, under which a machine has its options.
    package static let name = ProviderName(unchecked: "libvirt")

    /// The options of a machine that was validated.
    package init(of machine: MachineSpec) { self = Self.read(machine.providerOptions[Self.name]).options }

    /// Reads the options and says what is wrong with them.
    package static func read(_ tree: OptionTree?) -> (options: LibvirtOptions, diagnostics: [Diagnostic]) {
        let (tree, foreign) = ForeignOption.takeOut(of: tree)
        var reader = OptionReader(tree, of: "the libvirt options")
        var options = LibvirtOptions()
        options.readPlace(&reader)
        options.readProcessor(&reader)
        options.readFirmware(&reader)
        options.readStorage(&reader)
        options.readDevices(&reader)
        options.readLastResorts(&reader)
        return (options, foreign + reader.finish())
    }

    private mutating func readPlace(_ reader: inout OptionReader) {
        uri = reader.hypervisorURI()
        pool = reader.filledText("pool")
        autostarts = reader.boolean("autostart") ?? autostarts
    }

    private mutating func readProcessor(_ reader: inout OptionReader) {
        accelerator = reader.choice("accelerator", as: Accelerator.self) ?? accelerator
        architecture = reader.choice("architecture", as: Architecture.self)
        machineType = reader.word("machine_type")
        processor = reader.processorMode()
        processorFeatures = reader.processorFeatures()
        topology = reader.topology()
        isNested = reader.boolean("nested")
        usesHugePages = reader.boolean("hugepages") ?? usesHugePages
        sharesMemory = reader.boolean("shared_memory") ?? sharesMemory
    }

    private mutating func readFirmware(_ reader: inout OptionReader) {
        firmware = reader.choice("firmware", as: Firmware.self) ?? firmware
        securesBoot = reader.boolean("secure_boot") ?? securesBoot
        if securesBoot, firmware != .uefi {
            let location = reader.tree("secure_boot")?.location
            reader.report(.error("'secure_boot' needs 'firmware: uefi'", at: location))
        }
        tpm = reader.tpm()
        bootOrder = reader.bootOrder() ?? bootOrder
        kernel = reader.directKernel()
    }

    private mutating func readStorage(_ reader: inout OptionReader) {
        diskBus = reader.choice("disk_bus", as: DiskBus.self) ?? diskBus
        diskCache = reader.choice("disk_cache", as: DiskCache.self) ?? diskCache
        discardsBlocks = reader.boolean("disk_discard") ?? discardsBlocks
        disks = reader.extraDisks(bus: diskBus)
        discs = reader.hostPaths("cdroms")
    }

    private mutating func readDevices(_ reader: inout OptionReader) {
        networkModel = reader.choice("nic_model", as: NetworkModel.self) ?? networkModel
        bridges = reader.bridges()
        graphics = reader.choice("graphics", as: Graphics.self) ?? graphics
        video = reader.choice("video", as: Video.self)
        hasAgentChannel = reader.boolean("guest_agent") ?? hasAgentChannel
    }

    private mutating func readLastResorts(_ reader: inout OptionReader) {
        emulatorArguments = (reader.strings("qemu_args", scalars: true) ?? []).map(\.value)
        emulatorEnvironment = reader.environment("qemu_env")
        patches = reader.patches()
    }
}
