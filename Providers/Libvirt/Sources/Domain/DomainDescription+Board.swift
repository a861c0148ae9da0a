import DevenvModel
import SystemPackage

// The board: what starts it, its processor, its clock.
extension DomainDescription {
    /// The board's type.
    private var machineType: String {
        if let type = options.machineType { return type }
        switch host.architecture {
        case "x86_64", "i686": return "q35"
        case "ppc64le", "ppc64": return "pseries"
        case "s390x": return "s390-ccw-virtio"
        default: return "virt"
        }
    }

    /// Whether it is a PC with a PCI bus rather than PCI Express.
    var isOldPC: Bool { machineType == "pc" || machineType.hasPrefix("pc-i440fx") }

    /// ARM and RISC-V boards have no other firmware.
    private var usesUEFI: Bool { options.firmware == .uefi || host.architecture == "aarch64" }

    var operatingSystem: XMLElement {
        XMLElement(
            "os", ["firmware": usesUEFI ? "efi" : nil],
            [
                XMLElement("type", ["arch": host.architecture, "machine": machineType], text: "hvm"),
                usesUEFI ? firmwareFeatures : nil,
                options.securesBoot ? XMLElement("loader", ["secure": "yes"]) : nil,
                options.kernel.map { XMLElement("kernel", text: $0.kernel.string) },
                options.kernel?.initrd.map { XMLElement("initrd", text: $0.string) },
                options.kernel?.arguments.map { XMLElement("cmdline", text: $0) },
            ])
    }

    /// libvirt takes the first firmware of the host that has them, and most hosts list one with secure boot first.
    private var firmwareFeatures: XMLElement {
        let wanted = options.securesBoot ? "yes" : "no"
        var features = [XMLElement("feature", ["enabled": wanted, "name": "secure-boot"])]
        if options.securesBoot {
            features.append(XMLElement("feature", ["enabled": "yes", "name": "enrolled-keys"]))
        }
        return XMLElement("firmware", [:], features)
    }

    var features: XMLElement? {
        if host.architecture == "aarch64" { return XMLElement("features", [:], [XMLElement("acpi")]) }
        guard host.isPC else { return nil }
        return XMLElement(
            "features", [:],
            [
                XMLElement("acpi"), XMLElement("apic"),
                options.securesBoot ? XMLElement("smm", ["state": "on"]) : nil,
            ])
    }

    var processor: XMLElement? {
        guard host.virtualization != .test || options.processor != nil else { return nil }
        var element: XMLElement
        switch options.processor ?? (host.virtualization == .kvm ? .hostPassthrough : .maximum) {
        case .hostPassthrough:
            element = XMLElement("cpu", ["mode": "host-passthrough", "check": "none", "migratable": "on"])
        case .hostModel: element = XMLElement("cpu", ["mode": "host-model", "check": "partial"])
        case .maximum: element = XMLElement("cpu", ["mode": "maximum", "check": "none"])
        case .model(let name):
            element = XMLElement(
                "cpu", ["mode": "custom", "match": "exact", "check": "none"],
                [XMLElement("model", ["fallback": "forbid"], text: name)])
        }
        element.nodes += (topology + processorFeatures).map(XMLElement.Node.element)
        return element
    }

    private var topology: [XMLElement] {
        guard let topology = options.topology, topology.processors == processors else { return [] }
        return [
            XMLElement(
                "topology",
                [
                    "sockets": "\(topology.sockets)", "cores": "\(topology.cores)", "threads": "\(topology.threads)",
                ])
        ]
    }

    private var processorFeatures: [XMLElement] {
        var policies = options.processorFeatures
        policies.merge(nesting) { written, _ in written }
        return policies.sorted { $0.key < $1.key }.map {
            XMLElement("feature", ["policy": $0.value.rawValue, "name": $0.key])
        }
    }

    /// Intel's feature and AMD's; a host has one of them. QEMU emulates AMD's.
    private var nesting: [String: FeaturePolicy] {
        guard let isNested = options.isNested, host.isPC else { return [:] }
        guard isNested else { return ["vmx": .disable, "svm": .disable] }
        if host.virtualization == .qemu { return ["svm": .require] }
        guard let feature = host.nestingFeature else { return ["vmx": .optional, "svm": .optional] }
        return [feature: .require]
    }

    /// Without the timers that wake the host for nothing, and with an RTC that catches up.
    var clock: XMLElement {
        guard host.virtualization == .kvm, host.isPC else { return XMLElement("clock", ["offset": "utc"]) }
        return XMLElement(
            "clock", ["offset": "utc"],
            [
                XMLElement("timer", ["name": "rtc", "tickpolicy": "catchup"]),
                XMLElement("timer", ["name": "pit", "tickpolicy": "delay"]),
                XMLElement("timer", ["name": "hpet", "present": "no"]),
            ])
    }

    /// A guest that puts itself to sleep would look as if it hung.
    var powerManagement: XMLElement? {
        guard host.isPC else { return nil }
        return XMLElement(
            "pm", [:],
            [XMLElement("suspend-to-mem", ["enabled": "no"]), XMLElement("suspend-to-disk", ["enabled": "no"])])
    }
}
