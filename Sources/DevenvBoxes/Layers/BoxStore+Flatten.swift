import DevenvCrypto
import DevenvHost
import Glibc
package import SystemPackage

/// The layers of a box as one tree.
package struct FlatTree: Hashable, Sendable {
    /// Where it is.
    package let path: FilePath
    /// Its digest, as that of a box of one tree.
    package let digest: ImageDigest
}

extension BoxRecord {
    /// Whether its tree is in several layers, or in one that is shared.
    package var isLayered: Bool { image.layers != nil }
}

extension BoxStore {
    /// Makes one tree of a box's layers for as long as `body` takes; for any other box it is nil. Only root may.
    package func withFlatTree<Value: Sendable>(
        of record: BoxRecord, _ attempt: String, _ body: (FlatTree?) async -> Value
    ) async throws(BoxError) -> Value {
        guard record.isLayered else { return await body(nil) }
        return try await withStaging(attempt) { staging throws(BoxError) in
            await body(try await flatten(record, in: staging, attempt))
        }
    }

    /// Makes one tree of a box's layers in a directory of this process's own. What each layer shows is copied, so that nothing has
    /// to be mounted.
    package func flatten(
        _ record: BoxRecord, in staging: FilePath, _ attempt: String
    ) async throws(BoxError) -> FlatTree {
        try Self.checkPrivileges(attempt)
        let target = staging.appending("flat")
        try BoxError.wrap { () throws(HostError) in try HostFiles.makeDirectory(target) }
        let layers = try files(of: record)
        let found = try layers.map { layer throws(BoxError) in
            try BoxError.wrap { () throws(HostError) in try TreeWalk.entries(of: layer) }
        }
        for (index, visible) in LayerMerge.visible(found.map { $0.map(\.entry) }).enumerated() {
            if Task.isCancelled { throw BoxError(.cancelled, "\(attempt): interrupted") }
            let list = staging.appending("visible")
            let archive = staging.appending("layer.tar")
            let names: [UInt8] = visible.flatMap { place -> [UInt8] in
                Self.name(of: found[index][place].location, in: layers[index]) + [0]
            }
            try BoxError.wrap { () throws(HostError) in try AtomicFile.write(names, to: list, durable: false) }
            try await run(BoxTools.pack(list, of: layers[index], to: archive), attempt, writingTo: staging)
            try await run(BoxTools.unpack(archive, into: target), attempt, writingTo: staging)
            try BoxError.wrap { () throws(HostError) in try HostFiles.remove(archive) }
            FaultPoint.reach("boxes.flatten.layer")
        }
        let manifest = try await TreeManifest.measuring(target)
        return FlatTree(path: target, digest: ImageDigest(hexadecimal: SHA256.hexadecimal(of: manifest.bytes)))
    }

    /// A path below a layer's root, in the bytes that it has.
    private static func name(of location: FilePath, in root: FilePath) -> [UInt8] {
        let whole = location.withPlatformString { pointer in
            UnsafeBufferPointer(start: pointer, count: strlen(pointer)).map { UInt8(bitPattern: $0) }
        }
        return [UInt8(ascii: ".")] + whole.dropFirst(root.string.utf8.count)
    }
}
