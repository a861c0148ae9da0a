import DevenvHost
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
        let call = BuildTools.bootstrap(recipe, places, namespace)
        let result = await follower.during { await self.result(of: call) }
        try check(result, "building the box '\(name)'", places, staging)
        return places.archive
    }

    /// Writes what mmdebstrap reads into the scratch directory, where it can do so even without the rights of this process.
    private func prepare(_ recipe: BoxRecipe, packages: FilePath?, _ scratch: FilePath, in staging: FilePath)
        async throws(BoxError) -> BuildTools.Places
    {
        let settings = HostDistribution.settings(dump: try await aptSettings())
        let isDisk = recipe.format == .qcow2
        let places = try BoxError.wrap { () throws(HostError) in
            BuildTools.Places(
                archive: (isDisk ? scratch : staging).appending("tree.tar"), scratch: scratch,
                log: staging.appending("log"), preparation: isDisk ? scratch.appending("prepare") : nil,
                customization: scratch.appending("customize"),
                settings: settings.isEmpty ? nil : scratch.appending("apt.conf"),
                sources: try host.sources(for: recipe.suite), packages: packages)
        }
        let completion = isDisk ? MachineCustomization.completion(recipe.identity) : ""
        try BoxError.wrap { () throws(HostError) in
            if let file = places.preparation { try Self.write(program: MachineCustomization.preparation, to: file) }
            try Self.write(program: Customization.script + completion, to: places.customization)
            // A proxy's address may hold a password. What others than root know of it, everybody does.
            if let file = places.settings {
                try AtomicFile.write(
                    Array(settings.utf8), to: file, mode: namespace == .root ? .ownerReadWrite : .readableByAll)
            }
        }
        return places
    }

    private static func write(program: String, to path: FilePath) throws(HostError) {
        try AtomicFile.write(
            Array(program.utf8), to: path, mode: [.ownerReadWriteExecute, .groupReadExecute, .otherReadExecute],
            durable: false)
    }

    /// A host without apt-config has no apt either; mmdebstrap says so better.
    private func aptSettings() async throws(BoxError) -> String {
        do { return try await store.runner.run(BuildTools.settings).text } catch {
            if error.code == .missing { return "" }
            throw .tool(error, "reading the settings of apt")
        }
    }

    func result(of call: ToolInvocation) async -> Result<ToolOutcome, ToolError> {
        do throws(ToolError) { return .success(try await store.runner.run(call)) } catch { return .failure(error) }
    }

    private func check(
        _ result: Result<ToolOutcome, ToolError>, _ attempt: String, _ places: BuildTools.Places, _ staging: FilePath
    ) throws(BoxError) {
        let outcome: ToolOutcome
        do throws(ToolError) { outcome = try result.get() } catch { throw .tool(error, attempt) }
        guard outcome.status != 0 else { return }
        if BoxStore.isFull(staging) || BoxStore.isFull(places.scratch) { throw .diskFull(attempt) }
        let log = try BoxError.wrap { () throws(HostError) in try HostFiles.read(places.log) } ?? []
        throw BoxError(
            .failed, "\(attempt): mmdebstrap failed with status \(outcome.status): \(Self.complaint(in: log))",
            help: "if a package was not found or could not be fetched, check its name and run 'apt-get update'")
    }

    /// The error lines of apt and mmdebstrap (`E: …`), or else the last line of all.
    static func complaint(in log: [UInt8]) -> String {
        let lines = String(decoding: log, as: UTF8.self).split(whereSeparator: \.isNewline)
        let errors = lines.filter { $0.hasPrefix("E: ") }.prefix(3).map { $0.dropFirst(3) }
        return errors.isEmpty ? lines.last.map(String.init) ?? "it said nothing" : errors.joined(separator: "; ")
    }
}

extension FilePermissions {
    fileprivate static let readableByAll: FilePermissions = [.ownerReadWrite, .groupRead, .otherRead]
}
