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
        let naming = BoxStore.Naming(
            name: name, source: "mmdebstrap \(recipe.suite) \(recipe.allPackages.joined(separator: ","))",
            replacing: replacing)
        return try await build(recipe, naming, progress)
    }

    /// Builds a box from a recipe and adds it under a name.
    ///
    /// What was built earlier from the same source may lose its place under the name, as with `replacing`. Where nothing could
    /// have come out but what is there already, nothing is built.
    package func build(
        _ recipe: BoxRecipe, as naming: BoxStore.Naming, progress: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws(BoxError) -> BuiltBox {
        let digest = try BuildPayload.digest(of: recipe)
        let earlier = try store.records(of: naming.name).filter { $0.format == recipe.format && !$0.isShared }
        let known = earlier.last {
            $0.info[Self.definitionKey] == digest.description && $0.source == naming.source
                && (naming.version ?? $0.version) == $0.version
        }
        if let known, recipe.isFixed, !naming.replacing { return BuiltBox(record: known, isNew: false) }
        var naming = naming
        naming.replacesOwn = true
        naming.info = [Self.definitionKey: digest.description]
        let record = try await build(recipe, naming, progress)
        return BuiltBox(
            record: record, isNew: !earlier.contains { $0.digest == record.digest && $0.version == record.version })
    }

    /// What is known of a box as the digest of its definition.
    private static let definitionKey = "definition"

    private func build(
        _ recipe: BoxRecipe, _ naming: BoxStore.Naming, _ progress: @escaping @Sendable (String) -> Void
    ) async throws(BoxError) -> BoxRecord {
        try recipe.check()
        try naming.check()
        if recipe.format == .directories { try BoxStore.checkPrivileges("building the box '\(naming.name)'") }
        try store.checkFree(naming, recipe.format)
        if let base = recipe.base { return try await buildLayer(recipe, on: base, naming, progress) }
        return try await store.withStaging("building the box '\(naming.name)'") { staging throws(BoxError) in
            try await withScratch(in: staging) { scratch throws(BoxError) in
                let archive = try await bootstrap(recipe, naming.name, scratch, in: staging, progress)
                return try await add(archive, recipe, naming, scratch, in: staging, progress)
            }
        }
    }

    private func add(
        _ archive: FilePath, _ recipe: BoxRecipe, _ naming: BoxStore.Naming, _ scratch: FilePath, in staging: FilePath,
        _ progress: @Sendable (String) -> Void
    ) async throws(BoxError) -> BoxRecord {
        var naming = naming
        naming.user = recipe.user
        guard recipe.format == .qcow2 else {
            progress("adding the box to the store")
            var prepared = try await store.prepare(tree: archive, naming, in: staging)
            naming.info?["packages"] = try InstalledPackages(in: prepared.image.tree).summary(of: recipe.packages)
            prepared.naming = naming
            return try await store.publish(prepared)
        }
        progress("making the disk image")
        let disk = try await makeDisk(recipe, archive, scratch, in: staging)
        naming.version = naming.version ?? disk.version
        naming.architecture = "amd64"
        naming.info?["packages"] = disk.packages.summary(of: recipe.packages)
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

/// A box that was to be built from a recipe.
package struct BuiltBox: Hashable, Sendable {
    /// The box.
    package let record: BoxRecord
    /// Whether its image is another one than before.
    package let isNew: Bool
}
