import DevenvHost
package import DevenvPluginAPI
import Glibc
import SystemPackage

/// Makes Debian boxes from the distribution's own packages with mmdebstrap.
///
/// The same packages give the same tree and so the same digest, on any day and any host. Fetched packages are kept, so
/// that only the first build of a release has to fetch them all.
package struct BoxBuilder: Sendable {
    let store: BoxStore
    let host: HostDistribution
    let namespace = OwnerNamespace.current

    /// Makes a builder that adds to a store.
    package init(store: BoxStore) {
        self.store = store
        host = HostDistribution()
    }

    /// Builds a box and adds it under a name, with Debian's version number; takes half a minute and more.
    ///
    /// `suite` nil means the release that the name speaks of, or else the host's own; `packages` come on top. `progress`
    /// gets a line of text now and then. Throws `.taken` as `BoxStore.add` does, before anything is fetched. Only root can
    /// build a tree; a disk image anybody can who has a range of user ids in /etc/subuid.
    package func build(
        _ name: String, format: BoxImage.Format = .directories, suite: String? = nil, packages: [String] = [],
        replacing: Bool = false, progress: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws(BoxError) -> BoxRecord {
        let recipe = try recipe(name, suite, packages, format)
        try recipe.check()
        let naming = BoxStore.Naming(
            name: name, source: "mmdebstrap \(recipe.suite) \(recipe.allPackages.joined(separator: ","))",
            replacing: replacing)
        try naming.check()
        if format == .directories { try BoxStore.checkPrivileges(naming.attempt) }
        try store.checkFree(naming, format)
        return try await store.withStaging("building the box '\(name)'") { staging throws(BoxError) in
            try await withScratch(in: staging) { scratch throws(BoxError) in
                let archive = try await bootstrap(recipe, name, scratch, in: staging, progress)
                return try await add(archive, recipe, naming, scratch, in: staging, progress)
            }
        }
    }

    private func add(
        _ archive: FilePath, _ recipe: BoxRecipe, _ naming: BoxStore.Naming, _ scratch: FilePath, in staging: FilePath,
        _ progress: @Sendable (String) -> Void
    ) async throws(BoxError) -> BoxRecord {
        guard recipe.format == .qcow2 else {
            progress("adding the box to the store")
            return try await store.publish(try await store.prepare(tree: archive, naming, in: staging))
        }
        progress("making the disk image")
        let disk = try await makeDisk(recipe, archive, scratch, in: staging)
        var naming = naming
        naming.version = disk.version
        naming.architecture = "amd64"
        naming.user = "dev"
        progress("adding the box to the store")
        return try await store.publish(try await store.prepare(disk: disk.image, naming, in: staging))
    }

    private func recipe(_ name: String, _ suite: String?, _ packages: [String], _ format: BoxImage.Format)
        throws(BoxError) -> BoxRecipe
    {
        if let suite = suite ?? BoxRecipe.suite(forName: name) {
            return BoxRecipe(suite: suite, packages: packages, format: format)
        }
        guard let suite = try BoxError.wrap({ () throws(HostError) in try host.suite() }) else {
            throw BoxError(
                .invalid,
                "building the box '\(name)': neither the name nor this host, which is not Debian, says which release",
                help: "choose one, for example with --suite bookworm")
        }
        return BoxRecipe(suite: suite, packages: packages, format: format)
    }
}
