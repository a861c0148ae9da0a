import DevenvPluginAPI

/// What is kept of a machine from one command to the next: where to look for it. All else libvirt knows.
struct LibvirtRecord: Hashable, Sendable {
    /// Which libvirt it is in.
    let uri: String
    /// The pool of its disks; nil for devenv's own.
    let pool: String?

    /// Names a place.
    init(uri: String, pool: String?) {
        self.uri = uri
        self.pool = pool
    }

    /// Reads a record; nil for one of a machine that never came so far.
    init?(_ record: ProviderRecord) {
        guard let uri = record["uri"] else { return nil }
        self.init(uri: uri, pool: record["pool"])
    }

    /// Whose libvirt it is.
    var scope: HostAbilities.Scope { LibvirtURI(uri).scope }

    /// The host that it is on, where that is another one which is reached by SSH.
    var remoteHost: RemoteHost? { RemoteHost(LibvirtURI(uri)) }

    /// What the engine keeps.
    var record: ProviderRecord {
        var record = ["uri": uri]
        record["pool"] = pool
        return record
    }
}
