import CSyscalls
import DevenvHost
import Glibc
import SystemPackage

/// Two layers as one: what the upper shows over the lower, whatever lies under both.
///
/// Files are linked, not copied, so that it takes as long as there are names; both layers stay as they are. What can't be told
/// for sure (names that are not UTF-8, directories that overlayfs has renamed) is an error, and no harm: they then stay two.
struct LayerMerge {
    /// The layer below.
    let lower: FilePath
    /// The layer that lies on it.
    let upper: FilePath

    /// Makes the layer at a path where nothing is.
    func make(at target: FilePath) throws(HostError) {
        try directory(lower, upper, target, isClosed: false)
    }

    /// Makes a directory of one in the lower layer, one in the upper, or both. In a closed one nothing shows of what lies under
    /// both layers: overlayfs does not look for whiteouts there, and would list them.
    private func directory(
        _ below: FilePath?, _ above: FilePath?, _ target: FilePath, isClosed: Bool
    ) throws(HostError) {
        guard let model = above ?? below else { return }
        try SystemCall.check("making", target) { mkdir(target.string, 0o700) }
        var isOpaque = false
        for part in [below, above] { if let part { isOpaque = try Self.isOpaque(part) || isOpaque } }
        let isClosed = isClosed || isOpaque
        let (over, under) = (try Self.names(above), try Self.names(below))
        for name in over {
            guard let above else { continue }
            try entry(name, under.contains(name) ? below : nil, above, target, isClosed: isClosed)
        }
        for name in under.subtracting(over) {
            guard let below else { continue }
            try entry(name, nil, below, target, isClosed: isClosed)
        }
        if isOpaque { try Self.makeOpaque(target) }
        try dress(target, as: model)
    }

    /// Makes what stands under a name in one directory, over what another one below it has there.
    private func entry(
        _ name: String, _ below: FilePath?, _ above: FilePath, _ target: FilePath, isClosed: Bool
    ) throws(HostError) {
        let (source, made) = (above.appending(name), target.appending(name))
        guard HostFiles.kind(source) == .directory else {
            let isWhiteout = try Self.isWhiteout(source)
            if !isClosed || !isWhiteout { try Self.link(source, made) }
            return
        }
        guard let lower = below?.appending(name) else { return try directory(nil, source, made, isClosed: isClosed) }
        let isOpaque = try Self.isOpaque(source)
        let isHidden = isOpaque || HostFiles.kind(lower) != .directory
        try directory(isHidden ? nil : lower, source, made, isClosed: isClosed || isHidden)
        // what stood there, a whiteout or a file, hid what lies under it
        if isHidden { try Self.makeOpaque(made) }
    }

    /// Gives a directory the looks of another; its times last, as everything else changes them.
    private func dress(_ target: FilePath, as model: FilePath) throws(HostError) {
        var status = stat()
        try SystemCall.check("reading", model) { lstat(model.string, &status) }
        try SystemCall.check("giving away", target) { lchown(target.string, status.st_uid, status.st_gid) }
        try SystemCall.check("opening", target) { chmod(target.string, status.st_mode & 0o7777) }
        try SystemCall.check("copying the attributes of", model) {
            devenv_copy_attributes(model.string, target.string)
        }
        try SystemCall.check("copying the times of", model) { devenv_copy_times(model.string, target.string) }
    }

    private static func names(_ directory: FilePath?) throws(HostError) -> Set<String> {
        guard let directory else { return [] }
        let names = try HostFiles.list(directory)
        guard Set(names).count == names.count else { throw HostError("merging", directory, .invalidArgument) }
        return Set(names)
    }

    private static func link(_ source: FilePath, _ target: FilePath) throws(HostError) {
        try SystemCall.check("linking", source) { Glibc.link(source.string, target.string) }
    }

    private static func isOpaque(_ directory: FilePath) throws(HostError) -> Bool {
        try SystemCall.check("reading", directory) { devenv_is_opaque(directory.string) } == 1
    }

    /// Whether an entry says that there is none: a device 0, 0.
    private static func isWhiteout(_ path: FilePath) throws(HostError) -> Bool {
        var status = stat()
        try SystemCall.check("reading", path) { lstat(path.string, &status) }
        return status.st_mode & S_IFMT == S_IFCHR && status.st_rdev == 0
    }

    private static func makeOpaque(_ directory: FilePath) throws(HostError) {
        try SystemCall.check("marking", directory) { devenv_make_opaque(directory.string) }
    }
}

extension SnapshotsNote {
    /// Two layers of which everything that lies over the lower one lies over the upper one too, and which no snapshot tells
    /// apart; nil where there are none.
    var mergeable: (lower: String, upper: String)? {
        let chains = snapshots.map(\.layers) + [layers + [top]]
        for (lower, upper) in zip(layers, layers.dropFirst()) {
            let above = chains.compactMap { chain in
                chain.firstIndex(of: lower).map { $0 + 1 < chain.count ? chain[$0 + 1] : "" }
            }
            if above.allSatisfy({ $0 == upper }) { return (lower, upper) }
        }
        return nil
    }

    /// Puts one layer in the place of two.
    mutating func replace(_ lower: String, _ upper: String, with merged: String) {
        func changed(_ chain: [String]) -> [String] {
            chain.filter { $0 != upper }.map { $0 == lower ? merged : $0 }
        }
        layers = changed(layers)
        for index in snapshots.indices { snapshots[index].layers = changed(snapshots[index].layers) }
    }
}

extension ContainerProvider {
    /// Makes one layer of those that no snapshot tells apart any more, so that layers are never more than snapshots by much. Only
    /// while nothing is mounted over them; it is no harm where it can't be done.
    func merge(_ note: inout SnapshotsNote, at place: MachinePlace) async {
        guard !MountPoint.isMounted(place.root), (try? runningMachine(at: place)) ?? nil == nil else { return }
        while let (lower, upper) = note.mergeable {
            let (merged, before) = (SnapshotsNote.fresh(), note)
            do {
                try LayerMerge(lower: place.disk.appending(lower), upper: place.disk.appending(upper)).make(
                    at: place.disk.appending(merged))
                FaultPoint.reach("container.snapshot.merged")
                note.replace(lower, upper, with: merged)
                try write(note, at: place)
                try await sweep(place, note)
            } catch {
                // what is left of it goes with the next operation
                note = before
                return
            }
        }
    }
}
