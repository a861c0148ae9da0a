import DevenvHost
import DevenvPluginAPI
import SystemPackage

extension Appliance {
    /// Reads the description of a box.
    static func read(_ box: BoxImage) throws(ProviderError) -> Appliance {
        let attempt = "reading the box '\(box.name)'"
        guard let description = box.layers.first(where: { $0.extension?.lowercased() == "ovf" }) else {
            throw .invalidRequest("\(attempt): it has no description of a machine")
        }
        let bytes: [UInt8]
        do { bytes = try HostFiles.head(of: description, count: (4 << 20) + 1) } catch {
            throw .failed("\(attempt): \(error)", help: "add the box again")
        }
        guard let envelope = OVFElement.parse(bytes), envelope.name == "Envelope" else {
            throw .invalidRequest("\(attempt): its description is none of a machine", help: "get the box again")
        }
        let appliance = try Appliance(envelope, files: box.layers, attempt)
        guard !appliance.disks.isEmpty else {
            throw .invalidRequest("\(attempt): its machine has no disk", help: "use a box whose machine has one")
        }
        return appliance
    }

    private init(_ envelope: OVFElement, files: [FilePath], _ attempt: String) throws(ProviderError) {
        let systems = [envelope] + envelope.all("VirtualSystemCollection")
        guard let system = systems.compactMap({ $0.first("VirtualSystem") }).first else {
            throw .invalidRequest("\(attempt): its description is none of a machine", help: "get the box again")
        }
        readKind(system)
        let items = (system.first("VirtualHardwareSection")?.children ?? [])
            .filter { ["Item", "StorageItem", "EthernetPortItem"].contains($0.name) }.map { HardwareItem($0) }
        readSizes(items)
        if let machine = system.first("Machine", "Hardware") { readMachine(machine) }
        let images = Self.images(envelope, files)
        for item in items where item.kind == .disk {
            guard let reference = item.hostResource, let file = images[reference] else {
                throw .invalidRequest("\(attempt): a disk of its machine is not in the box", help: "get the box again")
            }
            disks.append(Self.disk(file, item, items))
        }
        separateDisks()
        if firmware == .uefi { variables = files.first { $0.extension?.lowercased() == "nvram" } }
    }

    private mutating func readKind(_ system: OVFElement) {
        let section = system.first("OperatingSystemSection")
        let written = section?.value("OSType") ?? section?.value("Description")
        let isName = written?.utf8.allSatisfy { byte in
            let scalar = Unicode.Scalar(byte)
            return scalar == "_" || scalar.isASCII && scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
        }
        if let written, isName == true, (1...40).contains(written.utf8.count) { operatingSystem = written }
    }

    private mutating func readSizes(_ items: [HardwareItem]) {
        for item in items {
            switch item.kind {
            case .processors: processors = min(max(Int(item.quantity ?? 1), 1), 64)
            case .memory: memory = min(max(item.mebibytes ?? memory, 4), 1 << 20)
            case .network: if let model = item.cardModel { card = model }
            default: break
            }
        }
    }

    /// VirtualBox's own section: only what has a name here counts.
    private mutating func readMachine(_ hardware: OVFElement) {
        if hardware.first("Firmware")?.attributes["type"]?.hasPrefix("EFI") == true { firmware = .uefi }
        let display = hardware.first("Display")?.attributes
        graphics = display?["controller"].flatMap { Graphics(rawValue: $0.lowercased()) }
        videoMemory = display?["VRAMSize"].flatMap { Int($0) }.map { min(max($0, 1), 256) }
        if let clock = hardware.first("RTC")?.attributes["localOrUTC"] { usesUniversalTime = clock == "UTC" }
        let interrupts = hardware.first("BIOS", "IOAPIC") ?? hardware.first("IOAPIC")
        if let enabled = interrupts?.attributes["enabled"] { hasIOAPIC = enabled == "true" }
        if let enabled = hardware.first("CPU", "PAE")?.attributes["enabled"] { hasPAE = enabled == "true" }
        let first = hardware.first("Network")?.all("Adapter").first { $0.attributes["slot"] == "0" }
        if let model = first?.attributes["type"].flatMap({ CardModel(rawValue: $0) }) { card = model }
    }

    /// The images by the ids of their disks. A name may be that of a file of the box and of nothing else.
    private static func images(_ envelope: OVFElement, _ files: [FilePath]) -> [String: FilePath] {
        var references: [String: FilePath] = [:]
        for file in envelope.first("References")?.all("File") ?? [] {
            guard let id = file.attributes["id"], let name = file.attributes["href"] else { continue }
            references[id] = files.first { $0.lastComponent?.string == name }
        }
        var images: [String: FilePath] = [:]
        for disk in envelope.first("DiskSection")?.all("Disk") ?? [] {
            guard let id = disk.attributes["diskId"], let reference = disk.attributes["fileRef"] else { continue }
            images[id] = references[reference]
        }
        return images
    }

    private static func disk(_ file: FilePath, _ item: HardwareItem, _ items: [HardwareItem]) -> Disk {
        let controller = items.first { $0.id != nil && $0.id == item.parent }
        let bus = controller?.bus ?? .sata
        let place = max(0, item.address ?? 0)
        let name = StorageController.usual(bus).name
        guard bus == .ide else { return Disk(file: file, bus: bus, slot: StorageSlot(name, port: place)) }
        // VirtualBox writes its one controller as two, which is how the drives of a port were wired once
        let port = (controller?.controllerAddress ?? 0) + place / 2
        return Disk(file: file, bus: bus, slot: StorageSlot(name, port: min(port, 1), device: place % 2))
    }

    /// Where two disks would be in one place, or one where no controller has any, all go to one controller in their order.
    private mutating func separateDisks() {
        let isApart = Set(disks.map(\.slot)).count == disks.count && disks.allSatisfy { $0.slot.port < 16 }
        guard !isApart else { return }
        for index in disks.indices {
            disks[index].bus = .sata
            disks[index].slot = StorageSlot(StorageController.usual(.sata).name, port: index)
        }
    }
}
