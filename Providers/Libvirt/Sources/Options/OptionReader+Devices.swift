import DevenvDiagnostics
import DevenvModel
import DevenvPluginAPI

// Lists of devices: each item is a map, or its most important value alone.
extension OptionReader {
    /// `disks`: sizes, or maps of `size`, `name`, `bus` and `serial`.
    mutating func extraDisks(bus: DiskBus) -> [ExtraDisk] {
        var disks: [ExtraDisk] = []
        for (index, item) in items("disks").enumerated() {
            guard let disk = extraDisk(item, number: index + 1, bus: bus) else { continue }
            if disks.contains(where: { $0.serial == disk.serial }) {
                report(.error("two disks have the serial number '\(disk.serial)'", at: item.location))
            }
            disks.append(disk)
        }
        return disks
    }

    private mutating func extraDisk(_ item: OptionTree, number: Int, bus: DiskBus) -> ExtraDisk? {
        if item.string != nil {
            return size(item).map { ExtraDisk(size: $0, bus: bus, serial: "disk-\(number)") }
        }
        var inner = OptionReader(item, of: "the keys of a disk")
        let sizeTree = inner.tree("size")
        let name = inner.string("name")
        let serial = inner.string("serial") ?? name
        let own = inner.choice("bus", as: DiskBus.self)
        for text in [name, serial].compactMap({ $0 }) where !Self.isSerial(text.value) {
            inner.report(
                .error(
                    "'\(text.value)' is no serial number: it takes 1 to 20 letters, digits, '.', '_' and '-'",
                    at: text.location))
        }
        let found = inner.finish()
        found.forEach { report($0) }
        guard let sizeTree else {
            if case .map = item.value { report(.error("a disk needs a 'size'", at: item.location)) }
            return nil
        }
        guard let size = size(sizeTree), found.isEmpty else { return nil }
        return ExtraDisk(size: size, bus: own ?? bus, serial: serial?.value ?? "disk-\(number)")
    }

    private mutating func size(_ tree: OptionTree) -> ByteCount? {
        if let text = tree.string, let size = ByteCount(parsing: text), size.bytes >= 1 << 20 { return size }
        report(
            .error(
                "the size of a disk must be at least 1 MiB, with a unit, not \(tree.string.map { "'\($0)'" } ?? tree.kind)",
                at: tree.location, help: "such as 10GiB"))
        return nil
    }

    /// What virtio carries of a serial number (section 5.2.6.1 of its specification), without blanks, which udev replaces.
    private static func isSerial(_ text: String) -> Bool { text.isWord && !text.contains("+") && text.utf8.count <= 20 }

    /// `bridges`: names of bridges, or maps of `bridge` and `mac`.
    mutating func bridges() -> [BridgedInterface] {
        items("bridges").compactMap { item in
            if let name = item.string { return bridge(Located(name, at: item.location), mac: nil) }
            var inner = OptionReader(item, of: "the keys of a bridge")
            let name = inner.string("bridge")
            let mac = inner.string("mac")
            let found = inner.finish()
            found.forEach { report($0) }
            guard let name else {
                if found.isEmpty { report(.error("an interface needs a 'bridge'", at: item.location)) }
                return nil
            }
            return bridge(name, mac: mac)
        }
    }

    private mutating func bridge(_ name: Located<String>, mac: Located<String>?) -> BridgedInterface? {
        // IFNAMSIZ, netdevice(7)
        guard name.value.isWord, name.value.utf8.count <= 15 else {
            report(.error("'\(name.value)' is no name of a bridge", at: name.location))
            return nil
        }
        guard let mac else { return BridgedInterface(bridge: name.value) }
        guard let address = MACAddress(mac.value) else {
            report(.error("'\(mac.value)' is no MAC address of an interface", at: mac.location))
            return nil
        }
        return BridgedInterface(bridge: name.value, mac: address)
    }

    /// The items of a list; a single value counts as a list of one.
    mutating func items(_ key: String) -> [OptionTree] {
        guard let tree = tree(key) else { return [] }
        if case .list(let items) = tree.value { return items }
        return [tree]
    }
}
