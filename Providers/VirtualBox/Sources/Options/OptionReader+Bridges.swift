import DevenvDiagnostics
import DevenvModel
import DevenvPluginAPI

extension OptionReader {
    /// `bridges`: names of interfaces of this host, or maps of `interface` and `mac`.
    mutating func bridges() -> [CardPlan.Bridge] {
        guard let tree = tree("bridges") else { return [] }
        guard case .list(let items) = tree.value else {
            report(
                .error(
                    "'bridges' must be a list of network interfaces of this host, not \(tree.kind)", at: tree.location))
            return []
        }
        return items.compactMap { bridge($0) }
    }

    private mutating func bridge(_ item: OptionTree) -> CardPlan.Bridge? {
        if case .string(let name) = item.value {
            return interface(Located(name, at: item.location)).map { CardPlan.Bridge(interface: $0, address: nil) }
        }
        guard case .map = item.value else {
            report(
                .error(
                    "each item of 'bridges' must be a network interface of this host, not \(item.kind)",
                    at: item.location, help: "such as eth0, or {interface: eth0, mac: \"02:00:00:00:00:10\"}"))
            return nil
        }
        var inner = OptionReader(item, of: "the keys of a bridge")
        let name = inner.string("interface")
        let text = inner.string("mac")
        let address = text.flatMap { MACAddress($0.value) }
        if let text, address == nil { inner.report(.error("'\(text.value)' is no MAC address", at: text.location)) }
        let isFine = absorb(&inner)
        guard let name else {
            if isFine { report(.error("a bridge needs an 'interface'", at: item.location)) }
            return nil
        }
        return interface(name).map { CardPlan.Bridge(interface: $0, address: address) }
    }

    /// What the kernel takes as a name of an interface.
    private mutating func interface(_ name: Located<String>) -> String? {
        let bytes = name.value.utf8
        if (1...15).contains(bytes.count), bytes.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "/") }),
            name.value != ".", name.value != ".."
        {
            return name.value
        }
        report(.error("'\(name.value)' is no name of a network interface", at: name.location))
        return nil
    }
}
