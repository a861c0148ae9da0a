import DevenvHost
import DevenvPluginAPI
import SystemPackage

/// What VirtualBox's extra data say of a machine of devenv: whose it is, for people and for other tools.
///
/// Devenv itself finds its machines by their UUIDs, of which the ids in the mark are the two halves. It looks at a mark
/// before it removes a machine: one that somebody has marked as another's stays. One without a mark is an older one, or
/// half made; clones of a master have its mark until they have their own, and clones that people make of a machine keep
/// the machine's, and have another UUID.
struct OwnershipMark: Hashable, Sendable {
    /// What it is called in the extra data.
    static let key = "devenv"

    /// What is written there: `shop/web 1f2e3d4c5b6a7988/0a1b2c3d4e5f6071`, or `box sha256:…` for a master.
    let text: String

    /// That of a machine.
    init(_ machine: MachineIdentity) {
        text = "\(machine.projectName)/\(machine.name) \(machine.project)/\(machine.machine)"
    }

    /// That of the master of a box.
    init(masterOf digest: String) { text = "box \(digest)" }

    /// The one in a file of settings, which VirtualBox writes with each change; nil where there is none that can be read.
    init?(settings file: FilePath) {
        let bytes = (try? HostFiles.read(file)) ?? nil  // a machine whose settings can't be read has no mark
        let items = bytes.flatMap { OVFElement.parse($0) }?.first("Machine", "ExtraData")?.all("ExtraDataItem") ?? []
        let mark = items.first { $0.attributes["name"] == Self.key }?.attributes["value"]
        guard let mark else { return nil }
        text = mark
    }

    /// The UUID of the machine that it names; nil where it names none.
    var machine: VMID? {
        guard let ids = text.split(separator: " ").last?.split(separator: "/"), ids.count == 2 else { return nil }
        return VMID(ids.joined())
    }

    /// The call that sets it.
    func call(for machine: VMID) -> VBoxCall { .setExtraData(machine, Self.key, text) }
}
