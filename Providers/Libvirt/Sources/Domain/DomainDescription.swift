package import DevenvModel
package import DevenvPluginAPI

/// A machine as libvirt is told about it.
package struct DomainDescription: Sendable {
    /// What is wanted.
    let request: MachineRequest
    /// The machine's `libvirt` block.
    let options: LibvirtOptions
    /// What it runs on.
    let host: HostAbilities
    /// What it is made of.
    let files: DomainFiles

    /// Describes a machine.
    package init(request: MachineRequest, options: LibvirtOptions, host: HostAbilities, files: DomainFiles) {
        self.request = request
        self.options = options
        self.host = host
        self.files = files
    }

    /// The memory of a machine that doesn't say.
    package static let usualMemory = ByteCount(bytes: 1 << 30)

    /// The `<domain>` element, with the patches of the options applied. Throws where the options ask for what can't be on
    /// this host, or a patch's path leads nowhere.
    package var xml: XMLElement {
        get throws(ProviderError) {
            guard options.processor != .hostPassthrough || host.virtualization != .qemu else {
                throw .unsupported(
                    "the machine '\(request.identity.name)' is emulated and can't have the host's processor",
                    help: "leave 'cpu_mode: host-passthrough' out: it is the default wherever KVM works")
            }
            var element = plain
            for patch in options.patches { try patch.apply(to: &element) }
            return element.declaringEmulatorNamespace()
        }
    }

    /// The `<domain>` element before any patch.
    private var plain: XMLElement {
        XMLElement(
            "domain", ["type": host.virtualization.rawValue],
            [
                XMLElement("name", text: request.identity.domainName),
                XMLElement("uuid", text: request.identity.domainUUID),
                XMLElement("title", text: request.identity.domainTitle),
                XMLElement("metadata", [:], [mark.xml]),
                XMLElement("memory", ["unit": "KiB"], text: "\(kibibytes)"),
                XMLElement("currentMemory", ["unit": "KiB"], text: "\(kibibytes)"),
                memoryBacking,
                XMLElement("vcpu", ["placement": "static"], text: "\(processors)"),
                operatingSystem,
                features,
                processor,
                clock,
                XMLElement("on_poweroff", text: "destroy"),
                XMLElement("on_reboot", text: "restart"),
                XMLElement("on_crash", text: "destroy"),
                powerManagement,
                devices,
                commandLine,
            ])
    }

    private var mark: MachineMark {
        MachineMark(of: request, isSession: host.scope == .session, sshPort: files.sshPort)
    }

    /// Whole mebibytes, as boards take them.
    private var kibibytes: Int64 {
        let bytes = (request.spec.memory ?? Self.usualMemory).bytes
        return (bytes + (1 << 20) - 1) / (1 << 20) * 1024
    }

    /// Two where they cost nothing; emulated ones compete for the host's.
    var processors: Int {
        request.spec.cpus ?? options.topology?.processors ?? (host.virtualization == .kvm ? 2 : 1)
    }

    private var memoryBacking: XMLElement? {
        guard options.usesHugePages || options.sharesMemory else { return nil }
        return XMLElement(
            "memoryBacking", [:],
            [
                options.usesHugePages ? XMLElement("hugepages") : nil,
                options.sharesMemory ? XMLElement("source", ["type": "memfd"]) : nil,
                options.sharesMemory ? XMLElement("access", ["mode": "shared"]) : nil,
            ])
    }

    private var commandLine: XMLElement? {
        let arguments = wires + options.emulatorArguments
        let environment = options.emulatorEnvironment.sorted { $0.key < $1.key }
        guard !arguments.isEmpty || !environment.isEmpty else { return nil }
        return XMLElement(
            "qemu:commandline", [:],
            arguments.map { XMLElement("qemu:arg", ["value": $0]) }
                + environment.map { XMLElement("qemu:env", ["name": $0.key, "value": $0.value]) })
    }
}

extension XMLElement {
    /// Declares the prefix of QEMU's own elements where one is used.
    fileprivate func declaringEmulatorNamespace() -> XMLElement {
        guard self[attribute: "xmlns:qemu"] == nil, children.contains(where: { $0.name.hasPrefix("qemu:") }) else {
            return self
        }
        var element = self
        element.attributes.append(
            Attribute(name: "xmlns:qemu", value: "http://libvirt.org/schemas/domain/qemu/1.0"))
        return element
    }
}
