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
            let taken = disks.map(\.serial) + DomainDescription.ownSerials
            if taken.contains(disk.serial) {
                report(.error("two disks have the serial number '\(disk.serial)'", at: item.location))
            }
            disks.append(disk)
        }
        return disks
    }

    private mutating func extraDisk(_ item: OptionTree, number: Int, bus: DiskBus) -> ExtraDisk? {
        guard case .map = item.value else {
            return size(item).map { ExtraDisk(size: $0, bus: bus, serial: "disk-\(number)") }
        }
        var inner = OptionReader(item, of: "the keys of a disk")
        let size = inner.diskSize(at: item.location)
        let serial = inner.diskSerial() ?? "disk-\(number)"
        let bus = inner.choice("bus", as: DiskBus.self) ?? bus
        guard absorb(&inner), let size else { return nil }
        return ExtraDisk(size: size, bus: bus, serial: serial)
    }

    private mutating func diskSize(at location: SourceLocation?) -> ByteCount? {
        guard let tree = tree("size") else {
            report(.error("a disk needs a 'size'", at: location))
            return nil
        }
        return size(tree)
    }

    private mutating func size(_ tree: OptionTree) -> ByteCount? {
        if let text = tree.string, let size = ByteCount(parsing: text), size.bytes >= 1 << 20 { return size }
        let written = tree.string.map { "'\($0)'" } ?? tree.kind
        report(
            .error(
                "the size of a disk must be at least 1 MiB, with a unit, not \(written)", at: tree.location,
                help: "such as 10GiB"))
        return nil
    }

    /// `serial`, or `name`: what virtio carries of a serial number (section 5.2.6.1 of its specification), without blanks,
    /// which udev replaces.
    private mutating func diskSerial() -> String? {
        let name = string("name")
        guard let serial = string("serial") ?? name else { return nil }
        if serial.value.isWord, !serial.value.contains("+"), serial.value.utf8.count <= 20 { return serial.value }
        report(
            .error(
                "'\(serial.value)' is no serial number: it takes 1 to 20 letters, digits, '.', '_' and '-'",
                at: serial.location))
        return nil
    }

    /// `bridges`: names of bridges, or maps of `bridge` and `mac`.
    mutating func bridges() -> [BridgedInterface] {
        items("bridges").compactMap { item in
            guard case .map = item.value else {
                return bridge(item).map { BridgedInterface(bridge: $0) }
            }
            var inner = OptionReader(item, of: "the keys of a bridge")
            if inner.tree("bridge") == nil {
                inner.report(.error("an interface needs a 'bridge'", at: item.location))
            }
            let name = inner.tree("bridge").flatMap { inner.bridge($0) }
            let mac = inner.mac()
            guard absorb(&inner), let name else { return nil }
            return BridgedInterface(bridge: name, mac: mac)
        }
    }

    /// The kernel takes no longer ones (IFNAMSIZ, netdevice(7)).
    private mutating func bridge(_ tree: OptionTree) -> String? {
        if let name = tree.string, name.isWord, name.utf8.count <= 15 { return name }
        report(.error("\(tree.string.map { "'\($0)'" } ?? tree.kind) is no name of a bridge", at: tree.location))
        return nil
    }

    private mutating func mac() -> MACAddress? {
        guard let text = string("mac") else { return nil }
        if let mac = MACAddress(text.value) { return mac }
        report(.error("'\(text.value)' is no MAC address of an interface", at: text.location))
        return nil
    }

    /// The items of a list; a single value counts as a list of one.
    mutating func items(_ key: String) -> [OptionTree] {
        guard let tree = tree(key) else { return [] }
        if case .list(let items) = tree.value { return items }
        return [tree]
    }
}
