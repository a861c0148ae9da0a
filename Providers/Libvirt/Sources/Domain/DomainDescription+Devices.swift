import SystemPackage

// What is plugged into the board.
extension DomainDescription {
    var devices: XMLElement {
        var devices: [XMLElement?] = [host.emulator.map { XMLElement("emulator", text: $0.string) }]
        devices += drives.map(\.xml)
        devices += controllers
        devices += interfaces.map(\.xml)
        devices += consoles
        devices += screen
        devices += [agentChannel, tpm, randomness, balloon, panic]
        return XMLElement("devices", [:], devices)
    }

    private var controllers: [XMLElement] {
        let buses = Set(drives.map(\.bus))
        return [
            // without the model libvirt adds a controller
            XMLElement("controller", ["type": "usb", "model": buses.contains(.usb) ? "qemu-xhci" : "none"]),
            buses.contains(.scsi) ? XMLElement("controller", ["type": "scsi", "model": "virtio-scsi"]) : nil,
        ].compactMap { $0 }
    }

    /// A terminal for people, and its text in a file: libvirt's own daemon writes it, so that it outlives crashes.
    private var consoles: [XMLElement] {
        let log = files.console.map { XMLElement("log", ["file": $0.string, "append": "on"]) }
        return [
            XMLElement("serial", ["type": "pty"], [log, XMLElement("target", ["port": "0"])]),
            XMLElement("console", ["type": "pty"], [log, XMLElement("target", ["type": "serial", "port": "0"])]),
        ]
    }

    private var agentChannel: XMLElement? {
        guard options.hasAgentChannel else { return nil }
        return XMLElement(
            "channel", ["type": "unix"],
            [
                files.agentSocket.map { XMLElement("source", ["mode": "bind", "path": $0.string]) },
                XMLElement("target", ["type": "virtio", "name": "org.qemu.guest_agent.0"]),
            ])
    }

    /// Without a model of `none` libvirt adds a card where there is a screen.
    private var screen: [XMLElement] {
        let model = options.video ?? (options.graphics == .none ? .none : .virtio)
        let video = XMLElement("video", [:], [XMLElement("model", ["type": model.rawValue])])
        guard options.graphics != .none else { return [video] }
        let address = "127.0.0.1"
        return [
            XMLElement("input", ["type": "tablet", "bus": "virtio"]),
            XMLElement("input", ["type": "keyboard", "bus": "virtio"]),
            XMLElement(
                "graphics", ["type": options.graphics.rawValue, "autoport": "yes", "listen": address],
                [XMLElement("listen", ["type": "address", "address": address])]),
            video,
        ]
    }

    private var tpm: XMLElement? {
        options.tpm.map { version in
            XMLElement(
                "tpm", ["model": version == .current ? "tpm-crb" : "tpm-tis"],
                [XMLElement("backend", ["type": "emulator", "version": version.rawValue])])
        }
    }

    private var randomness: XMLElement {
        XMLElement("rng", ["model": "virtio"], [XMLElement("backend", ["model": "random"], text: "/dev/urandom")])
    }

    /// What the guest frees goes back to the host.
    private var balloon: XMLElement {
        XMLElement("memballoon", ["model": "virtio", "freePageReporting": "on"])
    }

    /// A kernel that panics says so, and the domain ends rather than hangs.
    private var panic: XMLElement? { host.isPC ? XMLElement("panic", ["model": "isa"]) : nil }
}
