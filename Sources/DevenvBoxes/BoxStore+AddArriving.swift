package import DevenvHost
package import SystemPackage

extension BoxStore {
    /// Adds a box whose file is still coming: what can be done before it is whole is done meanwhile, in a staging directory, and
    /// nothing of it counts before `approve`, which gets the file once it is whole.
    ///
    /// Returns nil where it does not come to that: the file is abandoned or turns out to be no box. Whoever has it whole can add it
    /// in the ordinary way, which tells why it is none. The file may be moved into the store; where it is not taken after all, it
    /// is where it was.
    package func add(
        arriving file: ArrivingFile, as naming: Naming, expecting expectation: Expectation,
        approve: @escaping @Sendable (FilePath) throws -> Void, notice: @escaping @Sendable (String) -> Void
    ) async throws -> BoxRecord? {
        guard let kind = await kind(of: file, naming.attempt) else { return nil }
        let result = try await withStaging(naming.attempt) {
            staging async throws(BoxError) -> Result<BoxRecord?, any Error> in
            let content = await examined(file, kind, naming, in: staging)
            guard let whole = try? await file.whole() else { return .success(nil) }  // it was abandoned
            do {
                try approve(file.path)
                guard let prepare = preparation(of: file.path, whole, content, notice) else { return .success(nil) }
                return .success(try await add(file.path, as: naming, expectation, in: staging, prepare))
            } catch { return .failure(error) }
        }
        return try result.get()
    }

    /// What it is by its first bytes; nil where it can't be told, or is of no use.
    private func kind(of file: ArrivingFile, _ attempt: String) async -> SourceKind? {
        guard let length = try? await file.length(beyond: 0), length > 0 else { return nil }
        return try? SourceKind(of: file.path, attempt)
    }

    private enum Content {
        case disk
        case archive(ArchiveContent)
        case nothing
    }

    private func examined(
        _ file: ArrivingFile, _ kind: SourceKind, _ naming: Naming, in staging: FilePath
    ) async -> Content {
        guard case .archive(let compression) = kind else { return kind == .disk ? .disk : .nothing }
        let archive = ArchiveSource(
            path: file.path, compression: compression, arrival: file, attempt: naming.attempt)
        do { return .archive(try await examine(archive, in: staging)) } catch { return .nothing }
    }

    private typealias Preparation = @Sendable (Naming, FilePath) async throws(BoxError) -> Prepared

    /// What is to be done with a file that is whole; nil for nothing.
    private func preparation(
        of path: FilePath, _ whole: ArrivingFile.Whole, _ content: Content,
        _ notice: @escaping @Sendable (String) -> Void
    ) -> Preparation? {
        switch content {
        case .nothing: nil
        case .archive(let content):
            { naming, staging throws(BoxError) in
                var naming = naming
                naming.stamp = FileStamp(of: path)
                return try await prepare(content, of: path, naming, in: staging, notice)
            }
        case .disk:
            { naming, staging throws(BoxError) in
                let given = GivenFile(digest: whole.sha256.map(ImageDigest.init(hexadecimal:)))
                return try await prepare(disk: path, naming, in: staging, given: given)
            }
        }
    }

    private func add(
        _ path: FilePath, as naming: Naming, _ expectation: Expectation, in staging: FilePath, _ prepare: Preparation
    ) async throws(BoxError) -> BoxRecord {
        do throws(BoxError) {
            let prepared = try await prepare(naming, staging)
            FaultPoint.reach("boxes.add.checked")
            return try await publish(prepared, expectation)
        } catch {
            giveBack(path, from: staging)
            throw error
        }
    }

    /// Puts a file that was moved where it was: perhaps it is taken another time, and need not come again.
    private func giveBack(_ path: FilePath, from staging: FilePath) {
        let disk = ImageLayout(root: staging.appending("image")).disk
        guard !HostFiles.exists(path), HostFiles.exists(disk) else { return }
        // what can't be given back is lost, and comes again
        try? HostFiles.setMode(of: disk, .ownerReadWrite)
        try? HostFiles.rename(disk, to: path)
    }
}
