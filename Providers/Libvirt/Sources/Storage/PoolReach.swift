/// How devenv gets at the files of a daemon's volumes.
package enum PoolReach: Hashable, Sendable {
    /// They are files of this host.
    case files
    /// Over the connection.
    case connection
    /// Not at all: libvirt's driver for tests keeps names and sizes only.
    case nowhere

    /// What a connection's URI says.
    package init(uri: String) {
        let uri = LibvirtURI(uri)
        self = uri.driver == "test" ? .nowhere : uri.isLocal ? .files : .connection
    }
}
