import DevenvDiagnostics
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import Glibc
import SystemPackage

/// Carries a plan out, path by path, and keeps account of what both sides are then.
struct ReturnWork {
    let plan: ReturnPlan
    let view: ReturnView
    let order: ReturnOrder
    /// The host's folder.
    let here: HostTree
    /// What comes waits here, on the folder's own file system, until it takes its place; never synced, as all that is called so.
    let staging: HostTree
    /// What both sides are when all is done.
    private(set) var base: FolderBase
    /// What came of it so far.
    private(set) var result = ReturnResult()
    /// What goes into the machine besides what the plan says: what took other names here, and what stays in another's place.
    private(set) var furtherSends: Set<FilePath> = []

    /// Starts with what was known before and what is the same on both sides.
    init(_ plan: ReturnPlan, _ view: ReturnView, _ order: ReturnOrder, in folder: FilePath) {
        self.plan = plan
        self.view = view
        self.order = order
        here = HostTree(root: folder)
        staging = HostTree(root: folder.appending(".devenv").appending("incoming-\(order.machine)"))
        base = FolderBase(view.here.entries.filter { view.look.items[$0.key] == nil })
        for path in view.look.items.keys { base.entries[path] = view.base.entries[path] }
    }

    /// Brings here what the machine has changed, and removes here what is gone there.
    mutating func bringHere(_ call: ReturnCall, _ tools: ReturnTools) async throws(SyncError) {
        let paths = (plan.paths(.fetch) + plan.paths(.keepBoth)).inOrder
        defer { clearStaging() }
        if !paths.isEmpty {
            try tools.explain { () throws(HostError) in
                try HostFiles.remove(staging.root)
                try HostFiles.makeDirectory(staging.root, mode: .ownerReadWriteExecute)
            }
            _ = try await tools.run(call.fetch(paths, into: staging.root))
            FaultPoint.reach("sync.return.fetched")
        }
        do throws(HostError) {
            try removeHere()
            for path in paths { try arrive(path) }
        } catch { throw tools.error(error) }
    }

    /// What the host has at these paths, as it was looked at; nil for nothing.
    func entries(of paths: [FilePath]) -> [FilePath: BaseEntry?] {
        Dictionary(
            uniqueKeysWithValues: paths.map { path in
                (path, furtherSends.contains(path) ? here.entry(path) : view.here.entries[path])
            })
    }

    /// Notes that the machine has what the host had.
    mutating func noteSent(_ entries: [FilePath: BaseEntry?], count: Int) {
        result.sent += count
        for (path, entry) in entries { base.entries[path] = entry }
    }

    /// Notes that the machine no longer has what the host no longer has.
    mutating func noteRemoved(_ paths: [FilePath]) {
        for path in paths {
            base.entries[path] = nil
            if view.candidates[path]?.item.isDirectory == false { result.removedThere += 1 }
        }
    }

    private func clearStaging() {
        // what can't be removed now is in nobody's way, and removed the next time
        try? HostFiles.remove(staging.root)
        rmdir(staging.root.removingLastComponent().string)
    }
}

// What comes here.
extension ReturnWork {
    /// What was changed here since it was looked at stays; so does a directory in which something is left, as what an exclude
    /// names.
    private mutating func removeHere() throws(HostError) {
        for path in plan.paths(.removeHere).reversed() {
            let entry = here.entry(path)
            guard let entry, entry == view.here.entries[path] else { continue }
            guard try here.remove(path, isDirectory: entry.kind == .directory) else { continue }
            FaultPoint.reach("sync.return.removed")
            base.entries[path] = nil
            if entry.kind != .directory { result.removedHere += 1 }
        }
    }

    private mutating func arrive(_ path: FilePath) throws(HostError) {
        // what vanished in the machine meanwhile is the next time's business
        guard let entry = staging.entry(path) else { return }
        let hasChanged = here.entry(path) != view.here.entries[path] || here.isOther(path)
        let isKept = plan.decisions[path] == .keepBoth || hasChanged
        if entry.kind == .directory { return try arrive(directory: path, entry, isKept: isKept) }
        if isKept { return try keep(path, entry) }
        if view.here.entries[path]?.kind == .directory, try !here.remove(path, isDirectory: true) {
            return try keep(path, entry)
        }
        try here.place(staging.root.appending(path.components), at: path)
        FaultPoint.reach("sync.return.placed")
        // not as it is by now: what has changed it since counts as changed
        base.entries[path] = entry
        result.fetched += 1
    }

    /// What stands in the way of a directory makes way, under another name where it has changed: the directory's files need it.
    private mutating func arrive(directory path: FilePath, _ entry: BaseEntry, isKept: Bool) throws(HostError) {
        if let former = here.entry(path), former.kind != .directory {
            if isKept {
                let copy = freeName(path, former)
                try here.place(here.root.appending(path.components), at: copy)
                note(path, copy)
            } else {
                _ = try here.remove(path, isDirectory: false)
            }
            FaultPoint.reach("sync.return.made-way")
        }
        try here.makeDirectory(path, permissions: entry.permissions)
        base.entries[path] = entry
    }

    /// Keeps the machine's version beside the host's.
    private mutating func keep(_ path: FilePath, _ entry: BaseEntry) throws(HostError) {
        let copy = freeName(path, entry)
        if here.entry(copy) == nil { try here.place(staging.root.appending(path.components), at: copy) }
        FaultPoint.reach("sync.return.kept")
        note(path, copy)
        // the machine's is known now: it counts as changed when it changes again
        base.entries[path] = entry
    }

    private mutating func note(_ path: FilePath, _ copy: FilePath) {
        result.conflicts.append(.init(path: path, copy: copy))
        if order.sends { furtherSends.formUnion([path, copy]) }
    }

    /// A name that is free, or that this very version was given before.
    private func freeName(_ path: FilePath, _ entry: BaseEntry) -> FilePath {
        var number = 1
        while true {
            let name = ConflictName.make(path, order.machine, entry.seconds, number: number)
            if here.entry(name).map({ $0 == entry }) ?? !here.isTaken(name) { return name }
            number += 1
        }
    }
}

extension HostTree {
    /// Whether something stands there that is not brought back, such as a socket.
    fileprivate func isOther(_ path: FilePath) -> Bool { entry(path) == nil && isTaken(path) }
}

extension [FilePath] {
    /// For programs that read names which each end in a zero byte. A dot comes before, so that none is taken for an option or a
    /// comment.
    var zeroSeparated: [UInt8] { reduce(into: [UInt8]()) { $0 += [UInt8]("./".utf8) + $1.bytes + [0] } }

    /// Those above others first.
    var inOrder: [FilePath] { sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) } }
}
