import DevenvModel
import DevenvPluginAPI
import SystemPackage

/// A machine as `showvminfo --machinereadable` describes it.
struct MachineReport: Hashable, Sendable {
    /// A disk or a drive of it.
    struct Attachment: Hashable, Sendable {
        let slot: StorageSlot
        /// The image in it, as VirtualBox names it.
        let medium: String
        /// The image's UUID, nil for the drives of this host.
        let id: VMID?
    }

    let id: VMID
    let name: String
    let state: VMState
    let settingsFile: FilePath
    let logFolder: FilePath?
    /// When it came into its state, as VirtualBox writes it.
    let stateChange: String?
    /// The forwards of its cards that lead to NAT.
    let forwards: [NATRule]
    let attachments: [Attachment]
    private let entries: MachineReadable

    /// Reads an output; nil for what describes no machine. A machine whose settings VirtualBox can't read has hardly more
    /// than a name.
    init?(_ text: String) {
        let entries = MachineReadable(text)
        guard let id = entries["UUID"].flatMap({ VMID($0) }), let name = entries["name"] else { return nil }
        self.id = id
        self.name = name
        state = name == MachineList.inaccessible ? .inaccessible : VMState(entries["VMState"] ?? "inaccessible")
        settingsFile = FilePath(entries["CfgFile"] ?? "")
        logFolder = entries["LogFldr"].map { FilePath($0) }
        stateChange = entries["VMStateChangeTime"]
        forwards = entries.entries.filter { $0.key.hasPrefix("Forwarding(") }.compactMap { NATRule($0.value) }
        attachments = Self.attachments(in: entries)
        self.entries = entries
    }

    /// Reads what is to describe a machine; an output that does not is no reason to take it for gone.
    static func read(_ text: String) throws(VBoxError) -> MachineReport {
        guard let report = MachineReport(text) else {
            throw VBoxError(.failed, "VBoxManage describes it in a way that is not known")
        }
        return report
    }

    /// A machine that was made a moment ago, as far as that decides what it is: switched off, without forwards.
    init(fresh id: VMID, _ machine: MachineIdentity, in places: MachinePlaces) {
        self.id = id
        name = machine.vmName
        state = .poweredOff
        settingsFile = places.settings(of: machine)
        logFolder = places.folder(of: machine).appending("Logs")
        stateChange = nil
        forwards = []
        attachments = []
        entries = MachineReadable("")
    }

    /// A value that has no name here.
    subscript(key: String) -> String? { entries[key] }

    /// Where its network cards lead, by slot: `nat`, `hostonly`, `none`.
    var cards: [Int: String] {
        entries.entries.reduce(into: [:]) { cards, entry in
            guard entry.key.hasPrefix("nic"), let slot = Int(entry.key.dropFirst(3)) else { return }
            cards[slot] = entry.value.lowercased()
        }
    }

    /// The names of its storage controllers.
    var controllers: [String] {
        entries.entries.filter { $0.key.hasPrefix("storagecontrollername") }.map(\.value)
    }

    /// Its Guest Additions, which VirtualBox has something to say of while it runs: their level is 0 as long as the system inside
    /// has not made any known.
    var guestTools: GuestTools? {
        guard let level = entries["GuestAdditionsRunLevel"].flatMap({ Int($0) }) else { return nil }
        let version = entries["GuestAdditionsVersion"]
        return GuestTools("Guest Additions", isPresent: level > 0 || version != nil, version: version)
    }

    /// Its snapshots.
    var snapshots: SnapshotTree { SnapshotTree(entries) }

    /// The folder that the machine's files are in.
    var folder: FilePath { settingsFile.removingLastComponent() }

    /// What the controllers hold. A controller may be called anything, so that only the names that there are can tell
    /// `"SATA-0-0"` from `"SATA-ImageUUID-0-0"`.
    private static func attachments(in entries: MachineReadable) -> [Attachment] {
        let controllers = entries.entries.filter { $0.key.hasPrefix("storagecontrollername") }.map(\.value)
        return controllers.flatMap { controller in
            entries.entries.compactMap { entry -> Attachment? in
                guard entry.key.hasPrefix(controller + "-"), !["none", "emptydrive"].contains(entry.value) else {
                    return nil
                }
                let numbers = entry.key.dropFirst(controller.count + 1).split(separator: "-").map { Int($0) }
                guard numbers.count == 2, let port = numbers[0], let device = numbers[1] else { return nil }
                let id = entries["\(controller)-ImageUUID-\(port)-\(device)"].flatMap { VMID($0) }
                return Attachment(
                    slot: StorageSlot(controller, port: port, device: device), medium: entry.value, id: id)
            }
        }
    }
}
