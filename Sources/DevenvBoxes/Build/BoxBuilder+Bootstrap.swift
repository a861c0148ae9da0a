import DevenvHost
import DevenvModel
import DevenvPluginAPI
import SystemPackage

extension BoxBuilder {
    /// Makes the tree, as an archive.
    func bootstrap(
        _ recipe: BoxRecipe, _ name: String, _ scratch: FilePath, in staging: FilePath,
        _ progress: @escaping @Sendable (String) -> Void
    ) async throws(BoxError) -> FilePath {
        let cache = store.layout.packageCache.appending(recipe.suite)
        let attempt = try BoxError.wrap { () throws(HostError) -> FileLock.Attempt in
            try HostFiles.makeDirectory(cache)
            return try FileLock.attempt(FilePath(cache.string + ".lock"), command: "devenv box build \(name)")
        }
        guard case .taken(let lock) = attempt else {
            // Another build of the same release goes on; without the packages of earlier ones, this one takes longer.
            return try await bootstrap(recipe, name, packages: nil, scratch, in: staging, progress)
        }
        defer { extendLifetime(lock) }
        return try await bootstrap(recipe, name, packages: cache, scratch, in: staging, progress)
    }

    private func bootstrap(
        _ recipe: BoxRecipe, _ name: String, packages: FilePath?, _ scratch: FilePath, in staging: FilePath,
        _ progress: @escaping @Sendable (String) -> Void
    ) async throws(BoxError) -> FilePath {
        let places = try await prepare(recipe, packages: packages, scratch, in: staging)
        progress("making \(recipe.suite) from \(recipe.allPackages.joined(separator: ", "))")
        let follower = LogFollower(path: places.log, report: progress)
        let call = BuildTools.attended(
            BuildTools.apart(BuildTools.bootstrap(recipe, places, namespace), namespace), by: places.attendant,
            lock: Staging.lockFile(of: staging))
        let result = await follower.during { await self.result(of: call) }
        try check(result, "building the box '\(name)'", recipe, places, staging)
        FaultPoint.reach("boxes.build.bootstrapped")
        return places.archive
    }

    /// Writes what mmdebstrap reads into the scratch directory, where it can do so even without the rights of this process.
    private func prepare(_ recipe: BoxRecipe, packages: FilePath?, _ scratch: FilePath, in staging: FilePath)
        async throws(BoxError) -> BuildTools.Places
    {
        let settings = HostDistribution.settings(dump: try await aptSettings())
        let isDisk = recipe.format == .qcow2
        let sources = try BoxError.wrap { () throws(HostError) in
            recipe.archive == .host ? try host.sources(for: recipe.suite) : nil
        }
        let payload = recipe.hasSteps ? BuildPayload(directory: scratch.appending("definition")) : nil
        let places = BuildTools.Places(
            archive: (isDisk ? scratch : staging).appending("tree.tar"), scratch: scratch,
            log: staging.appending("log"), attendant: scratch.appending("attend"),
            preparation: isDisk ? scratch.appending("prepare") : nil,
            customizations: [scratch.appending("begin")] + (payload.map { [$0.program] } ?? [])
                + [scratch.appending("end")],
            settings: settings.isEmpty ? nil : scratch.appending("apt.conf"), sources: sources, packages: packages)
        try payload?.write(recipe, attendant: places.attendant, epoch: DiskTools.epoch)
        try BoxError.wrap { () throws(HostError) in
            try Self.write(program: BuildSandbox.attendant, to: places.attendant)
            try writeCustomizations(recipe, scratch)
            // A proxy's address may hold a password. What others than root know of it, everybody does.
            if let file = places.settings {
                try AtomicFile.write(
                    Array(settings.utf8), to: file, mode: namespace == .root ? .ownerReadWrite : .readableByAll)
            }
        }
        return places
    }

    private func writeCustomizations(_ recipe: BoxRecipe, _ scratch: FilePath) throws(HostError) {
        let (begin, end) = (Customization.begin(user: recipe.user), Customization.end)
        guard recipe.format == .qcow2 else {
            try Self.write(program: begin, to: scratch.appending("begin"))
            return try Self.write(program: end, to: scratch.appending("end"))
        }
        try Self.write(program: MachineCustomization.preparation, to: scratch.appending("prepare"))
        let completion = MachineCustomization.completion(recipe.identity)
        try Self.write(program: begin + completion, to: scratch.appending("begin"))
        try Self.write(program: end + MachineCustomization.conclusion, to: scratch.appending("end"))
    }

    static func write(program: String, to path: FilePath) throws(HostError) {
        try AtomicFile.write(Array(program.utf8), to: path, mode: .program, durable: false)
    }

    /// A host without apt-config has no apt either; mmdebstrap says so better.
    func aptSettings() async throws(BoxError) -> String {
        do { return try await store.runner.run(BuildTools.settings).text } catch {
            if error.code == .missing { return "" }
            throw .tool(error, "reading the settings of apt")
        }
    }

    func result(of call: ToolInvocation) async -> Result<ToolOutcome, ToolError> {
        do throws(ToolError) { return .success(try await store.runner.run(call)) } catch { return .failure(error) }
    }

    private func check(
        _ result: Result<ToolOutcome, ToolError>, _ attempt: String, _ recipe: BoxRecipe, _ places: BuildTools.Places,
        _ staging: FilePath
    ) throws(BoxError) {
        let outcome: ToolOutcome
        do throws(ToolError) { outcome = try result.get() } catch { throw .tool(error, attempt) }
        guard outcome.status != 0 else { return }
        if outcome.status == BoxTools.notFound {
            throw .tool(ToolError(.missing, tool: "mmdebstrap", "'mmdebstrap' is not installed"), attempt)
        }
        if HostFiles.isFull(staging) || HostFiles.isFull(places.scratch) { throw .diskFull(attempt) }
        let log = try BoxError.wrap { () throws(HostError) in try HostFiles.read(places.log) } ?? []
        let complaint = BuildComplaint(log: log, of: recipe)
        switch complaint.part {
        case .script, .file: throw BoxError(.failed, "\(attempt): \(complaint.text)", part: complaint.part)
        default:
            throw BoxError(
                .failed, "\(attempt): mmdebstrap failed with status \(outcome.status): \(complaint.text)",
                help: "if a package was not found or could not be fetched, check its name and run 'apt-get update'",
                part: complaint.part)
        }
    }
}

extension FilePermissions {
    fileprivate static let readableByAll: FilePermissions = [.ownerReadWrite, .groupRead, .otherRead]
}
