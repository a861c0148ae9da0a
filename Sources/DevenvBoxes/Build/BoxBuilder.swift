import DevenvHost
import DevenvPluginAPI
import Glibc
import SystemPackage

/// Makes Debian boxes from the distribution's own packages with mmdebstrap.
///
/// The same packages give the same tree and so the same digest, on any day and any host. Fetched packages are kept, so
/// that only the first build of a release has to fetch them all.
package struct BoxBuilder: Sendable {
    let store: BoxStore
    let host: HostDistribution

    /// Makes a builder that adds to a store.
    package init(store: BoxStore) {
        self.store = store
        host = HostDistribution()
    }

    /// Builds a box and adds it under a name, with Debian's version number; takes half a minute and more.
    ///
    /// `recipe` nil means the release that the name speaks of, or else the host's own; `packages` come on top. `progress`
    /// gets a line of text now and then. Throws `.taken` as `BoxStore.add` does, before anything is fetched.
    package func build(
        _ name: String, suite: String? = nil, packages: [String] = [], replacing: Bool = false,
        progress: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws(BoxError) -> BoxRecord {
        let recipe = try recipe(name, suite, packages)
        try recipe.check()
        let naming = BoxStore.Naming(
            name: name, source: "mmdebstrap \(recipe.suite) \(recipe.allPackages.joined(separator: ","))",
            replacing: replacing)
        try naming.check()
        try BoxStore.checkPrivileges(naming.attempt)
        try store.checkFree(naming, .directories)
        return try await store.withStaging("building the box '\(name)'") { staging throws(BoxError) in
            let archive = try await bootstrap(recipe, naming.name, in: staging, progress)
            progress("adding the box to the store")
            return try await store.add(tree: archive, naming, in: staging)
        }
    }

    private func recipe(_ name: String, _ suite: String?, _ packages: [String]) throws(BoxError) -> BoxRecipe {
        if let suite = suite ?? BoxRecipe.suite(forName: name) { return BoxRecipe(suite: suite, packages: packages) }
        guard let suite = try BoxError.wrap({ () throws(HostError) in try host.suite() }) else {
            throw BoxError(
                .invalid,
                "building the box '\(name)': neither the name nor this host, which is not Debian, says which release",
                help: "choose one, for example with --suite bookworm")
        }
        return BoxRecipe(suite: suite, packages: packages)
    }
}
