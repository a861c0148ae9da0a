import DevenvEngine
import DevenvModel
import DevenvPluginAPI

/// The answer of `status --json`.
struct StatusDocument: Encodable {
    let schema = JSONText.schema
    let project: String?
    let machines: [MachineObject]

    init(project: String?, _ machines: [MachineStatus]) {
        self.project = project
        self.machines = machines.map(MachineObject.init)
    }

    private enum CodingKeys: String, CodingKey { case schema, project, machines }
}

/// A machine as it is.
struct MachineObject: Encodable {
    let name: String
    let state: String
    let reason: String?
    let provider: String?
    let box: String?
    let addresses: [String: String]
    let forwards: [ForwardObject]
    let drift: [String]
    let guestTools: GuestToolsObject?
    let failedProvisioners: [String]
    let watched: [WatchedFolderObject]
    let declared: Bool

    init(_ status: MachineStatus) {
        name = status.name.rawValue
        state = StatusText.stateWord(status.observation.state)
        reason = StatusText.reason(status.observation.state)
        provider = status.provider?.rawValue
        box = status.box
        addresses = status.addresses.mapValues(\.description)
        forwards = status.forwards.map(ForwardObject.init)
        drift = status.observation.drift
        guestTools = status.guestTools.map(GuestToolsObject.init)
        failedProvisioners = status.failedProvisioners
        watched = status.watchedFolders.map(WatchedFolderObject.init)
        declared = status.isDeclared
    }
}

/// A hypervisor's programs inside a machine.
struct GuestToolsObject: Encodable {
    let name: String
    let present: Bool
    let version: String?

    init(_ tools: GuestTools) {
        name = tools.name
        present = tools.isPresent
        version = tools.version
    }
}

/// A port of the host that leads into a machine.
struct ForwardObject: Encodable {
    let address: String
    let host: Int
    let guest: Int
    let protocolName: String

    init(_ forward: PortForward) {
        address = forward.address.description
        host = Int(forward.host)
        guest = Int(forward.guest)
        protocolName = forward.transport.rawValue
    }

    private enum CodingKeys: String, CodingKey {
        case address, host, guest
        case protocolName = "protocol"
    }
}
