/// How devenv gets at the files of a daemon's volumes.
package enum PoolReach: Hashable, Sendable {
    /// They are files of this host.
    case files
    /// Over the connection.
    case connection
    /// Not at all: libvirt's driver for tests keeps names and sizes only.
    case nowhere

    /// What a connection's URI says (https://libvirt.org/uri.html).
    package init(uri: String) {
        guard let scheme = uri.firstRange(of: "://") else {
            self = .connection
            return
        }
        let parts = uri[..<scheme.lowerBound].split(separator: "+")
        if parts.first == "test" {
            self = .nowhere
        } else {
            let isHere = parts.count == 1 || parts[1] == "unix"
            self = isHere && uri[scheme.upperBound...].hasPrefix("/") ? .files : .connection
        }
    }
}
