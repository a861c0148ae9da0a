import DevenvModel

/// A network card of this host that leads to machines of VirtualBox.
struct HostOnlyInterface: Hashable, Sendable {
    let name: String
    let address: IPv4Address?
    let mask: IPv4Address?
    /// Whether it is in use; one that was just made is not, whatever address VirtualBox means to give it.
    let isUp: Bool

    /// Reads what `list hostonlyifs` prints.
    static func list(_ text: String) -> [HostOnlyInterface] {
        Paragraphs.read(text).compactMap { fields in
            fields["Name"].map { name in
                HostOnlyInterface(
                    name: name, address: fields["IPAddress"].flatMap { IPv4Address($0) },
                    mask: fields["NetworkMask"].flatMap { IPv4Address($0) }, isUp: fields["Status"] == "Up")
            }
        }
    }

    /// Reads which one `hostonlyif create` has made: `Interface 'vboxnet0' was successfully created`.
    static func created(_ text: String) -> String? {
        let parts = text.split(separator: "'", omittingEmptySubsequences: false)
        return parts.count == 3 && !parts[1].isEmpty ? String(parts[1]) : nil
    }

    /// The subnet that it leads to.
    var subnet: IPv4Subnet? {
        guard isUp, let address, let mask else { return nil }
        return IPv4Subnet(address, prefixLength: mask.value.nonzeroBitCount)
    }
}
