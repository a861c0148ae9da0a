package import DevenvModel

/// One network card of a machine.
package struct InterfaceDescription: Hashable, Sendable {
    /// What it is plugged into.
    package enum Link: Hashable, Sendable {
        /// One of libvirt's networks.
        case network(String)
        /// A bridge of the host.
        case bridge(String)
        /// QEMU's own user-mode network.
        case user
    }

    /// What it is plugged into.
    package let link: Link
    /// Its MAC.
    package let mac: MACAddress
    /// Its model.
    package var model: NetworkModel
    /// What it can be found by in the domain: `ua-` and a name.
    package var alias: String
    /// Its slot on the board's first PCI bus; nil for where libvirt puts it.
    package var slot: Int?
    /// Its place among what the machine is started from, from 1.
    package var bootOrder: Int?

    /// The `<interface>` element.
    package var xml: XMLElement {
        XMLElement(
            "interface", ["type": type],
            [
                XMLElement("mac", ["address": mac.description]),
                source,
                XMLElement("model", ["type": model.rawValue]),
                bootOrder.map { XMLElement("boot", ["order": "\($0)"]) },
                // without it the firmware loads a boot program for each card, which takes time
                bootOrder == nil ? XMLElement("rom", ["enabled": "no"]) : nil,
                XMLElement("alias", ["name": alias]),
                slot.map { XMLElement("address", ["type": "pci", "bus": "0x00", "slot": Self.hexadecimal($0)]) },
            ])
    }

    /// As libvirt and QEMU read slots: `0x10`.
    static func hexadecimal(_ number: Int) -> String { "0x" + String(number, radix: 16) }

    private var type: String {
        switch link {
        case .network: "network"
        case .bridge: "bridge"
        case .user: "user"
        }
    }

    private var source: XMLElement? {
        switch link {
        case .network(let name): XMLElement("source", ["network": name])
        case .bridge(let name): XMLElement("source", ["bridge": name])
        case .user: nil
        }
    }
}
