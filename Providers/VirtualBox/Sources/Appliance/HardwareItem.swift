/// An item of a description's hardware (DSP0243, section 8; the numbers are those of CIM_ResourceAllocationSettingData).
struct HardwareItem {
    /// What it is, as far as it matters here.
    enum Kind: Hashable, Sendable {
        case processors, memory, controller(StorageController.Bus), network, disk, other
    }

    private let fields: [String: String]

    init(_ element: OVFElement) {
        fields = Dictionary(
            element.children.compactMap { child in element.value(child.name).map { (child.name, $0) } }
        ) { first, _ in first }
    }

    var id: String? { fields["InstanceID"] }
    var parent: String? { fields["Parent"] }
    var address: Int? { fields["AddressOnParent"].flatMap { Int($0) } }
    /// Which of its kind a controller is.
    var controllerAddress: Int? { fields["Address"].flatMap { Int($0) } }
    var quantity: Int64? { fields["VirtualQuantity"].flatMap { Int64($0) } }

    var kind: Kind {
        switch fields["ResourceType"] {
        case "3": .processors
        case "4": .memory
        case "5": .controller(.ide)
        case "6": .controller(scsiBus)
        case "10": .network
        case "17": .disk
        case "20": .controller(subtype.contains("nvme") ? .nvme : .sata)
        default: .other
        }
    }

    /// What it speaks, where it is a controller.
    var bus: StorageController.Bus? {
        if case .controller(let bus) = kind { bus } else { nil }
    }

    /// The id of the disk: it is written `ovf:/disk/ID`, or `/disk/ID`.
    var hostResource: String? {
        fields["HostResource"]?.split(separator: "/", omittingEmptySubsequences: true).last.map(String.init)
    }

    /// The memory, whose unit has been spelled in several ways.
    var mebibytes: Int64? {
        guard let quantity, quantity >= 0, quantity < 1 << 50 else { return nil }
        return switch (fields["AllocationUnits"] ?? "byte * 2^20").filter({ $0 != " " }).lowercased() {
        case "byte", "bytes": quantity >> 20
        case "kilobytes", "byte*2^10": quantity >> 10
        case "gigabytes", "byte*2^30": min(quantity, 1 << 20) << 10
        default: quantity
        }
    }

    /// What it imitates, where it is a network card. What VirtualBox writes there is less than it knows.
    var cardModel: CardModel? {
        switch subtype {
        case "e1000": .e1000Desktop
        case "pcnet32": .am79c973
        case "virtio", "virtionet": .virtio
        default: nil
        }
    }

    private var scsiBus: StorageController.Bus {
        if subtype.contains("sas") { return .sas }
        return subtype.contains("virtio") ? .virtio : .scsi
    }

    private var subtype: String { (fields["ResourceSubType"] ?? "").lowercased() }
}
