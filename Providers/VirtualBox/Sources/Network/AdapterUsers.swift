/// Which host-only adapters machines of VirtualBox are plugged into, whoever made them.
enum AdapterUsers {
    /// The names that `list --long vms` has:
    /// `NIC 2:   MAC: 02DD0A3C000A, Attachment: Host-only Interface 'vboxnet0', Cable connected: on, …`.
    static func names(in text: String) -> Set<String> {
        let mark = "Attachment: Host-only Interface '"
        return Set(
            text.split(separator: "\n").compactMap { line in
                guard line.hasPrefix("NIC "), let range = line.firstRange(of: mark) else { return nil }
                return line[range.upperBound...].split(separator: "'", omittingEmptySubsequences: false).first
                    .map(String.init)
            })
    }
}
