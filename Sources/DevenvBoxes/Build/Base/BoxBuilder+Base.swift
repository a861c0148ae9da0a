import DevenvHost
package import DevenvModel
import DevenvPluginAPI
import SystemPackage

// Boxes on top of other boxes.
extension BoxBuilder {
    /// The box that a recipe begins with, as it is in the store now.
    ///
    /// Throws `.missing`, with what there is, where the store has no tree of that name.
    package func base(_ reference: BoxReference) throws(BoxError) -> BaseBox {
        do throws(BoxError) {
            let image = try store.resolve(reference, base: "/", formats: [.directories])
            guard let digest = ImageDigest(parsing: image.digest), let (record, place) = try store.imageRecord(digest)
            else { throw BoxError(.missing, "the box '\(reference)' is not in the store") }
            return BaseBox(
                name: image.name, digest: digest, user: image.user, record: record, isShared: place != store.layout,
                trees: image.layers)
        } catch {
            throw BoxError(error.code, error.message, help: error.help, part: .base)
        }
    }

    /// Makes a box of its base's layers and one more, which holds what the recipe changes.
    func buildLayer(
        _ recipe: BoxRecipe, on base: BaseBox, _ naming: BoxStore.Naming,
        _ progress: @escaping @Sendable (String) -> Void
    ) async throws(BoxError) -> BoxRecord {
        let attempt = "building the box '\(naming.name)'"
        return try await store.withStaging(attempt) { staging throws(BoxError) in
            let overlay = BuildOverlay(directory: staging.appending("build"), base: base)
            try await run(recipe, overlay, in: staging, attempt, progress)
            FaultPoint.reach("boxes.layer.built")
            progress("adding the box to the store")
            try BoxError.wrap { () throws(HostError) in try overlay.settle() }
            let intake = LayerIntake(store: store, staging: staging, replacing: false, attempt: attempt)
            var layers = try await lower(base, intake, in: staging, attempt)
            var naming = naming
            naming.user = base.user
            naming.info?["base"] = "\(base.name) \(base.digest)"
            if !recipe.packages.isEmpty {
                naming.info?["packages"] = try InstalledPackages(in: overlay.changes).summary(of: recipe.packages)
            }
            let top = try await intake.settle(overlay.changes)
            // the kernel refuses an overlay in which a layer is there twice; the higher one does all that the lower one did
            layers.removeAll { $0.diffID == top.diffID }
            layers.append(top)
            FaultPoint.reach("boxes.layer.settled")
            let image = LayeredImage(layers.map(\.diffID), architecture: base.record.architecture)
            return try await store.add(image, with: layers, as: naming, in: staging)
        }
    }

    /// The layers of the base. A tree that stands for itself becomes one, of the same files where it is in the same store.
    private func lower(
        _ base: BaseBox, _ intake: LayerIntake, in staging: FilePath, _ attempt: String
    ) async throws(BoxError) -> [LayerRecord] {
        if let layers = base.record.layers, !base.isShared { return layers }
        var records: [LayerRecord] = []
        for (index, tree) in base.trees.enumerated() {
            let known = base.record.layers?[index].diffID ?? base.digest
            if let record = try store.layerRecord(known) {
                records.append(record)
                continue
            }
            let copy = staging.appending("base")
            try BoxError.wrap { () throws(HostError) in try HostFiles.makeDirectory(copy) }
            try await store.run(BoxTools.copy(tree, to: copy, isLinked: !base.isShared), attempt, writingTo: staging)
            records.append(try await intake.settle(copy, as: base.record.layers?[index].diffID))
        }
        return records
    }

    /// Runs what the recipe says on top of the base, with mounts that nobody else sees.
    private func run(
        _ recipe: BoxRecipe, _ overlay: BuildOverlay, in staging: FilePath, _ attempt: String,
        _ progress: @escaping @Sendable (String) -> Void
    ) async throws(BoxError) {
        let settings = HostDistribution.settings(dump: try await aptSettings())
        let attendant = overlay.directory.appending("attend")
        let payload = BuildPayload(directory: overlay.directory.appending("definition"))
        try BoxError.wrap { () throws(HostError) in try overlay.prepare() }
        try payload.write(recipe, attendant: attendant, epoch: DiskTools.epoch)
        try BoxError.wrap { () throws(HostError) in
            try Self.write(program: BuildSandbox.attendant, to: attendant)
            try payload.write(installationOf: recipe.packages, settings: settings)
            try Self.write(
                program: overlay.program(payload, hasPackages: !recipe.packages.isEmpty), to: overlay.program)
        }
        let log = staging.appending("log")
        progress("changing a layer on top of \(recipe.base?.name ?? "a box")")
        let call = BuildTools.attended(
            BuildTools.apart(
                ToolInvocation(overlay.program.string, [], output: .file(log), timeout: .seconds(3600)), namespace),
            by: attendant, lock: Staging.lockFile(of: staging))
        let ended = await LogFollower(path: log, report: progress).during { await result(of: call) }
        let outcome: ToolOutcome
        do throws(ToolError) { outcome = try ended.get() } catch { throw .tool(error, attempt) }
        guard outcome.status != 0 else { return }
        if HostFiles.isFull(staging) { throw .diskFull(attempt) }
        let text = try BoxError.wrap { () throws(HostError) in try HostFiles.read(log) } ?? []
        let complaint = BuildComplaint(log: text, of: recipe)
        throw BoxError(.failed, "\(attempt): \(complaint.text)", part: complaint.part)
    }
}

/// The box that another one is built on.
package struct BaseBox: Hashable, Sendable {
    /// What it is called.
    package let name: String
    /// Its image.
    package let digest: ImageDigest
    /// Who people log in as.
    let user: String
    let record: ImageRecord
    /// Whether it is in the store of the host.
    let isShared: Bool
    /// Its trees, lowest first.
    let trees: [FilePath]
}
