import DevenvCrypto
import DevenvModel
import DevenvPluginAPI
import SystemPackage

extension LibvirtOptions {
    /// Each option as a setting: where the machine lives can't be changed, and the rest is read when it starts.
    var settings: [MachineSetting] {
        let made = [
            ("uri", uri ?? "default"), ("pool", pool ?? "default"), ("architecture", text(architecture, "the host's")),
        ]
        let started = board + processorTexts + storage + devices + lastResorts
        return made.map { MachineSetting("libvirt.\($0.0)", $0.1, impact: .recreate) }
            + started.map { MachineSetting("libvirt.\($0.0)", $0.1, impact: .restart) }
            + [MachineSetting("libvirt.autostart", "\(autostarts)", impact: .live)]
    }

    private var board: [(String, String)] {
        [
            ("accelerator", accelerator.rawValue), ("machine_type", machineType ?? "default"),
            ("firmware", firmware.rawValue), ("secure_boot", "\(securesBoot)"), ("tpm", text(tpm, "none")),
            ("boot", MachineSettings.texts(bootOrder.map(\.rawValue))),
            ("kernel", kernel?.kernel.string ?? "the disk's"), ("initrd", kernel?.initrd?.string ?? "none"),
            ("cmdline", kernel?.arguments ?? "none"),
        ]
    }

    private var processorTexts: [(String, String)] {
        [
            ("cpu_mode", processor?.description ?? "default"),
            ("cpu_features", MachineSettings.texts(pairs(processorFeatures.mapValues(\.rawValue)))),
            ("cpu_topology", topology?.description ?? "default"),
            ("nested", isNested.map { "\($0)" } ?? "the host's"),
            ("hugepages", "\(usesHugePages)"), ("shared_memory", "\(sharesMemory)"),
        ]
    }

    private var storage: [(String, String)] {
        [
            ("disks", MachineSettings.texts(disks)), ("cdroms", MachineSettings.texts(discs)),
            ("disk_bus", diskBus.rawValue), ("disk_cache", diskCache.rawValue), ("disk_discard", "\(discardsBlocks)"),
        ]
    }

    private var devices: [(String, String)] {
        [
            ("bridges", MachineSettings.texts(bridges)), ("nic_model", networkModel.rawValue),
            ("graphics", graphics.rawValue), ("video", text(video, "default")), ("guest_agent", "\(hasAgentChannel)"),
        ]
    }

    private var lastResorts: [(String, String)] {
        [
            ("qemu_args", MachineSettings.texts(emulatorArguments)),
            ("qemu_env", MachineSettings.texts(pairs(emulatorEnvironment))), ("xml", patchSummary),
        ]
    }

    /// The patches are too long to be shown: their number, and a digest that changes with them.
    private var patchSummary: String {
        guard !patches.isEmpty else { return "none" }
        var hash = SHA256()
        for patch in patches {
            hash.update(field: patch.path.text)
            hash.update(field: patch.change.description)
        }
        return "\(patches.count) (\(hash.hexadecimal().prefix(8)))"
    }

    private func text(_ word: (some RawRepresentable<String>)?, _ otherwise: String) -> String {
        word?.rawValue ?? otherwise
    }

    private func pairs(_ map: [String: String]) -> [String] { map.map { "\($0.key)=\($0.value)" }.sorted() }
}

extension ProcessorMode: CustomStringConvertible {
    /// As options name it.
    package var description: String {
        switch self {
        case .hostPassthrough: "host-passthrough"
        case .hostModel: "host-model"
        case .maximum: "maximum"
        case .model(let name): "custom \(name)"
        }
    }
}

extension ProcessorTopology: CustomStringConvertible {
    /// `1 × 4 × 2`: sockets, cores, threads.
    package var description: String { "\(sockets) × \(cores) × \(threads)" }
}

extension ExtraDisk: CustomStringConvertible {
    /// `data 10 GiB on virtio`.
    package var description: String { "\(serial) \(size) on \(bus.rawValue)" }
}

extension BridgedInterface: CustomStringConvertible {
    /// The bridge, and the MAC where there is one.
    package var description: String { mac.map { "\(bridge) \($0)" } ?? bridge }
}

extension XMLPatch.Change: CustomStringConvertible {
    /// All that it says.
    package var description: String {
        switch self {
        case .set(let values): "set " + values.map { "\($0.key)=\($0.value)" }.sorted().joined(separator: " ")
        case .text(let text): "text " + text
        case .add(let element): "add \(element)"
        case .remove: "remove"
        }
    }
}
