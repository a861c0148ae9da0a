/// A storage controller of a machine.
struct StorageController: Hashable, Sendable {
    /// What it speaks to disks.
    enum Bus: String, CaseIterable, Sendable {
        case ide, sata, scsi, sas, nvme = "pcie"
        case virtio
    }

    /// Its name, unique in the machine.
    let name: String
    /// What it speaks.
    let bus: Bus
    /// What it imitates, as `storagectl --controller` names it: `IntelAhci`.
    let model: String
    /// How many disks it takes; nil where that is fixed.
    let ports: Int?

    /// What a bus's controllers usually are.
    static func usual(_ bus: Bus, ports: Int? = nil) -> StorageController {
        switch bus {
        case .ide: StorageController(name: "IDE", bus: .ide, model: "PIIX4", ports: nil)
        case .sata: StorageController(name: "SATA", bus: .sata, model: "IntelAhci", ports: ports)
        case .scsi: StorageController(name: "SCSI", bus: .scsi, model: "LsiLogic", ports: nil)
        case .sas: StorageController(name: "SAS", bus: .sas, model: "LSILogicSAS", ports: ports)
        case .nvme: StorageController(name: "NVMe", bus: .nvme, model: "NVMe", ports: ports)
        case .virtio: StorageController(name: "VirtIO", bus: .virtio, model: "VirtIO", ports: ports)
        }
    }
}

/// Where something is attached.
struct StorageSlot: Hashable, Sendable {
    /// The controller's name.
    let controller: String
    /// Its port.
    let port: Int
    /// 0, or 1 for the second drive of a port of IDE.
    let device: Int

    /// Names a place.
    init(_ controller: String, port: Int, device: Int = 0) {
        self.controller = controller
        self.port = port
        self.device = device
    }
}
