import DevenvCatalogs
import Synchronization

/// Registries that are no more than memory, in which somebody else can change things at any moment.
final class MemoryRegistries: RegistryCatalogs {
    private let catalogs = Mutex<[String: CatalogSnapshot]>([:])
    private let interruptions = Mutex<[@Sendable (MemoryRegistries) async throws -> Void]>([])
    private let counts = Mutex<(read: Int, written: Int)>((0, 0))

    /// How often catalogs were read.
    var reads: Int { counts.withLock { $0.read } }

    /// Has something happen after the next replacement has looked at what is there, and so on.
    func interrupt(_ body: @escaping @Sendable (MemoryRegistries) async throws -> Void) {
        interruptions.withLock { $0.append(body) }
    }

    func read(_ catalog: String) async throws(CatalogError) -> CatalogSnapshot? {
        counts.withLock { $0.read += 1 }
        return catalogs.withLock { $0[catalog] }
    }

    func replace(
        _ revision: String?, of catalog: String, with files: CatalogArchive
    ) async throws(CatalogError) -> Bool {
        if let body = interruptions.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) {
            do { try await body(self) } catch { throw CatalogError(.failed, "\(error)") }
        }
        let next = counts.withLock { counts in
            counts.written += 1
            return "revision \(counts.written)"
        }
        return catalogs.withLock { catalogs in
            guard catalogs[catalog]?.revision == revision else { return false }
            catalogs[catalog] = CatalogSnapshot(revision: next, files: files)
            return true
        }
    }

    /// What is there of a catalog now.
    func snapshot(_ catalog: String) -> CatalogSnapshot? { catalogs.withLock { $0[catalog] } }

    /// Puts something else there, as whoever has the registry can.
    func set(_ catalog: String, _ snapshot: CatalogSnapshot) { catalogs.withLock { $0[catalog] = snapshot } }

    /// Changes files of a catalog behind everybody's back; nil takes one away.
    func change(_ catalog: String, _ changes: [String: [UInt8]?]) {
        catalogs.withLock { catalogs in
            guard let old = catalogs[catalog] else { return }
            var files: [String: [UInt8]] = [:]
            for path in old.files.paths { files[path] = old.files[path] }
            for (path, bytes) in changes { files[path] = bytes }
            catalogs[catalog] = CatalogSnapshot(revision: old.revision + "'", files: CatalogArchive(files))
        }
    }
}
