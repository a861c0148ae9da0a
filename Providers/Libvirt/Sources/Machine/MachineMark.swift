import DevenvModel
import DevenvPluginAPI

/// What a domain's metadata says: whose it is, and what `start` and `observe` must know of it even where no record of it
/// is left (libvirt's "Domain XML format", General metadata).
struct MachineMark: Hashable, Sendable {
    /// The namespace of devenv's elements.
    static let namespace = "urn:devenv:1"
    /// Where SSH servers listen unless told otherwise.
    static let usualPort: UInt16 = 22
    /// The element's name within the namespace.
    static let element = "machine"

    /// The project's id.
    var project: ProjectID
    /// The machine's id.
    var machine: MachineID
    /// The address that its first network gives it; nil where it has none that the host could reach.
    var address: IPv4Address?
    /// The address that it was found to have since it was started, where that is not the one which its first network gives it.
    var foundAddress: IPv4Address?
    /// The port of this host that leads to its SSH server, where it has no address.
    var sshPort: UInt16?
    /// The port that its SSH server listens on.
    var guestPort: UInt16
    /// Its libvirt networks.
    var networks: [String]
    /// Its forwards, as last intended.
    var forwards: [PortForward]

    /// The address that it is reached on; nil where it has none, or none that is known.
    var reachedAddress: IPv4Address? { foundAddress ?? address }

    /// The forward of this host that leads to its SSH server, where it has no address.
    var sshForward: PortForward? { sshPort.map { PortForward(host: $0, guest: guestPort) } }

    /// The element as it stands in a description of a domain.
    var xml: XMLElement {
        var element = bare
        element.name = "devenv:\(Self.element)"
        element.attributes.insert(XMLElement.Attribute(name: "xmlns:devenv", value: Self.namespace), at: 0)
        return element
    }

    /// The element as virDomainSetMetadata takes it, which puts it into its namespace itself. What it holds stays outside of
    /// any.
    var bare: XMLElement {
        XMLElement(
            Self.element,
            [
                "project": project.rawValue, "machine": machine.rawValue, "address": address?.description,
                "found-address": foundAddress?.description, "ssh-port": sshPort.map { "\($0)" },
                "guest-port": guestPort == Self.usualPort ? nil : "\(guestPort)",
            ],
            networks.map { XMLElement("network", ["name": $0]) }
                + forwards.map { forward in
                    XMLElement(
                        "forward",
                        [
                            "address": forward.address.description, "host": "\(forward.host)",
                            "guest": "\(forward.guest)", "transport": forward.transport.rawValue,
                        ])
                })
    }

    /// The mark of a machine as it is wanted. In a user's own libvirt there are no networks, and no address either.
    init(of request: MachineRequest, isSession: Bool, sshPort: UInt16? = nil) {
        let interfaces = isSession ? [] : request.spec.interfaces
        self.init(
            request.identity, address: interfaces.first?.address, sshPort: sshPort, guestPort: request.access.port,
            networks: interfaces.map { ProjectNetwork($0.network, of: request.identity).networkName },
            forwards: request.forwards)
    }

    /// Makes a mark.
    init(
        _ identity: MachineIdentity, address: IPv4Address?, foundAddress: IPv4Address? = nil, sshPort: UInt16? = nil,
        guestPort: UInt16 = Self.usualPort, networks: [String] = [], forwards: [PortForward] = []
    ) {
        project = identity.project
        machine = identity.machine
        self.address = address
        self.foundAddress = foundAddress
        self.sshPort = sshPort
        self.guestPort = guestPort
        self.networks = networks
        self.forwards = forwards
    }

    /// Reads the element, whatever prefix it was written with; nil for anything that devenv did not write.
    init?(_ xml: XMLElement) {
        guard let project = xml[attribute: "project"].flatMap(ProjectID.init(rawValue:)),
            let machine = xml[attribute: "machine"].flatMap(MachineID.init(rawValue:))
        else { return nil }
        self.project = project
        self.machine = machine
        address = xml[attribute: "address"].flatMap { IPv4Address($0) }
        foundAddress = xml[attribute: "found-address"].flatMap { IPv4Address($0) }
        sshPort = xml[attribute: "ssh-port"].flatMap { UInt16($0) }
        guestPort = xml[attribute: "guest-port"].flatMap { UInt16($0) } ?? Self.usualPort
        networks = xml.children(named: "network").compactMap { $0[attribute: "name"] }
        forwards = xml.children(named: "forward").compactMap(Self.forward)
    }

    private static func forward(_ xml: XMLElement) -> PortForward? {
        guard let address = xml[attribute: "address"].flatMap({ IPv4Address($0) }),
            let host = xml[attribute: "host"].flatMap({ UInt16($0) }),
            let guest = xml[attribute: "guest"].flatMap({ UInt16($0) }),
            let transport = xml[attribute: "transport"].flatMap(PortForward.Transport.init(rawValue:))
        else { return nil }
        return PortForward(address: address, host: host, guest: guest, transport: transport)
    }
}
