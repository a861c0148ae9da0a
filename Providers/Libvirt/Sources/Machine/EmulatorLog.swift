import DevenvHost
import DevenvPluginAPI
import SystemPackage

/// What libvirt writes down of each domain's QEMU: command lines, and what it complains of. libvirt itself never removes it.
struct EmulatorLog: Sendable {
    /// The directory; nil where it is on another host.
    private let directory: FilePath?
    private let domain: String

    /// The log of a machine at a place (https://libvirt.org/drvqemu.html, "Location of configuration files").
    init(of identity: MachineIdentity, at place: LibvirtRecord, environment: [String: String]) {
        domain = identity.domainName
        guard PoolReach(uri: place.uri) == .files else {
            directory = nil
            return
        }
        let home = environment["HOME"] ?? "/"
        let cache = environment["XDG_CACHE_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? home + "/.cache"
        directory =
            place.scope == .system
            ? "/var/log/libvirt/qemu" : FilePath(cache).appending("libvirt").appending("qemu").appending("log")
    }

    /// Removes it with its older parts, where we may; nobody needs it once the machine is gone.
    func remove() {
        guard let directory else { return }
        let names = (try? HostFiles.list(directory)) ?? []  // not ours to read, not ours to remove
        for name in names where name == "\(domain).log" || name.hasPrefix("\(domain).log.") {
            try? HostFiles.remove(directory.appending(name))  // libvirt's file; staying does no harm
        }
    }
}
