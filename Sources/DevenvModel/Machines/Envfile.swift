package import DevenvDiagnostics
package import SystemPackage

/// A catalog that an Envfile names.
package struct CatalogSpec: Hashable, Sendable {
    /// Where it is: a path from the Envfile's directory on, or a URL.
    package var location: String
    /// The public key that must have signed it, in OpenSSH's form; nil where nothing is said.
    package var key: String?

    /// Describes one.
    package init(location: String, key: String? = nil) {
        self.location = location
        self.key = key
    }
}

/// What a project's Envfile says: typed, complete, every value with its place.
package struct Envfile: Sendable {
    /// The file that it was read from, absolute.
    package var path: FilePath
    /// The project's name.
    package var name: ProjectName
    /// Providers in order of preference; empty for the first usable one.
    package var providers: [Located<ProviderName>]
    /// Where boxes are looked for, in order, before the user's own catalogs.
    package var catalogs: [Located<CatalogSpec>]
    /// The secrets that provisioners may name.
    package var secrets: [String: Located<SecretSource>]
    /// The commands of this host that go with those of devenv.
    package var hooks: [HostHook]
    /// The files that it was read from: its own, those that it includes, the one for personal settings. Absolute.
    package var files: [FilePath]
    /// The networks, the standard one included where a machine is on it.
    package var networks: [NetworkSpec]
    /// The machines in the order written.
    package var machines: [MachineSpec]

    /// Makes an empty project.
    package init(path: FilePath, name: ProjectName) {
        self.path = path
        self.name = name
        providers = []
        catalogs = []
        secrets = [:]
        hooks = []
        files = []
        networks = []
        machines = []
    }

    /// The directory that relative paths in the file start from.
    package var directory: FilePath { path.removingLastComponent() }
}
