import DevenvHost
import DevenvPluginAPI
import SystemPackage

/// What libvirt writes down of each domain's QEMU, and of its TPM's program: command lines, and what they complain of. libvirt
/// itself never removes it.
struct EmulatorLog: Sendable {
    /// The directories; none where they are on another host.
    private let directories: [FilePath]
    private let domain: String

    /// The log of a machine at a place (https://libvirt.org/drvqemu.html, "Location of configuration files").
    init(of identity: MachineIdentity, at place: LibvirtRecord, environment: [String: String]) {
        domain = identity.domainName
        guard PoolReach(uri: place.uri) == .files else {
            directories = []
            return
        }
        let home = environment["HOME"] ?? "/"
        let cache = environment["XDG_CACHE_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? home + "/.cache"
        directories =
            place.scope == .system
            ? ["/var/log/libvirt/qemu", "/var/log/swtpm/libvirt/qemu"]
            : [FilePath(cache).appending("libvirt").appending("qemu").appending("log")]
    }

    /// Removes it with its older parts, where we may; nobody needs it once the machine is gone.
    func remove() {
        for directory in directories {
            let names = (try? HostFiles.list(directory)) ?? []  // not ours to read, not ours to remove
            for name in names where isOurs(name) {
                try? HostFiles.remove(directory.appending(name))  // libvirt's file; staying does no harm
            }
        }
    }

    private func isOurs(_ name: String) -> Bool {
        ["\(domain).log", "\(domain)-swtpm.log"].contains { name == $0 || name.hasPrefix($0 + ".") }
    }
}
