import DevenvCrypto
import DevenvDiagnostics
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import Glibc
import SystemPackage

/// What is known of both sides before anything is done.
struct ReturnView: Sendable {
    /// What both were when they were last equal.
    let base: FolderBase
    /// What stands here. Read before the machine's side is, so that what changes meanwhile is noticed when it would be replaced.
    let here: FolderBase
    /// Everything that differs.
    let look: ReturnLook
    /// What is to be decided about.
    private(set) var candidates: [FilePath: ReturnPlan.Candidate] = [:]

    /// Looks. Changes nothing, but makes the machine's folder where it is missing.
    init(_ call: ReturnCall, _ order: ReturnOrder, _ tools: ReturnTools) async throws(SyncError) {
        base = FolderBase(reading: order.base, of: call.folder)
        here = try await tools.survey(call.folder)
        look = ReturnLook(try await tools.run(call.look).standardOutput)
        for (path, item) in look.items where order.part.map(path.starts) ?? true {
            candidates[path] = ReturnPlan.Candidate(item: item, here: here.entries[path], base: base.entries[path])
        }
        try await findUnchanged(call, tools)
        try await findSame(call, tools)
    }

    /// Finds out which of those that have changed here have not changed in the machine.
    private mutating func findUnchanged(_ call: ReturnCall, _ tools: ReturnTools) async throws(SyncError) {
        let paths = paths { $0.item.kind != nil && $0.base != nil && $0.hasChangedHere }
        guard !paths.isEmpty else { return }
        let place = Self.temporary.appending("devenv-" + SecureRandom.hexadecimal(digits: 16))
        defer { try? HostFiles.remove(place) }  // files without content in a temporary directory
        let known = base.entries
        let entries = Dictionary(uniqueKeysWithValues: paths.compactMap { path in known[path].map { (path, $0) } })
        let shadow = try tools.explain { () throws(HostError) in try ShadowFolder(entries, at: place) }
        let changed = ReturnLook(try await tools.run(call.compare(paths, with: shadow.root)).standardOutput)
        for path in paths where changed.items[path] == nil { candidates[path]?.isUnchangedThere = true }
    }

    /// Finds out which of those that have changed on both sides, or were never equal, have the same content.
    private mutating func findSame(_ call: ReturnCall, _ tools: ReturnTools) async throws(SyncError) {
        let paths = paths { candidate in
            candidate.item.kind == .file && candidate.here?.kind == .file && candidate.hasChangedHere
                && !candidate.isUnchangedThere
        }
        guard !paths.isEmpty else { return }
        let changed = ReturnLook(try await tools.run(call.compareContent(paths)).standardOutput)
        for path in paths where changed.items[path]?.isTransferred != true { candidates[path]?.isSame = true }
    }

    private func paths(where holds: (ReturnPlan.Candidate) -> Bool) -> [FilePath] {
        candidates.filter { holds($0.value) }.map(\.key)
    }

    private static var temporary: FilePath { getenv("TMPDIR").map { FilePath(String(cString: $0)) } ?? "/tmp" }
}

/// Asks before more than half of the files of one side are removed.
struct RemovalCheck {
    private let folder: SyncedFolder
    private let order: ReturnOrder
    private let view: ReturnView
    private let attempt: String

    /// Names what it is about.
    init(_ folder: SyncedFolder, _ order: ReturnOrder, _ view: ReturnView, _ attempt: String) {
        self.folder = folder
        self.order = order
        self.view = view
        self.attempt = attempt
    }

    /// Throws where the answer is no.
    func pass(_ plan: ReturnPlan) async throws(SyncError) {
        let files = view.look.items.values.filter { !$0.isDirectory }
        let there = view.look.fileCount
        let here = there - files.count { $0.kind != nil && $0.isNew } + files.count { $0.kind == nil }
        try await pass(count(plan, .removeHere), of: here, "'\(folder.source.value)' of this host")
        try await pass(count(plan, .removeThere), of: there, "'\(folder.target)' in machine '\(order.machine)'")
    }

    private func count(_ plan: ReturnPlan, _ decision: ReturnPlan.Decision) -> Int {
        plan.paths(decision).count { view.candidates[$0]?.item.isDirectory == false }
    }

    private func pass(_ count: Int, of all: Int, _ place: String) async throws(SyncError) {
        guard count * 2 > all else { return }
        let loss = "\(count) of \(all) files of \(place) would be removed, as they are gone on the other side"
        guard await !order.mayRemove(loss) else { return }
        throw SyncError("\(attempt): \(loss)", help: "where that is meant, run 'devenv sync' with --yes")
    }
}
