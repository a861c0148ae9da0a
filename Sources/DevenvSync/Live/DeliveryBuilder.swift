import DevenvModel
import Glibc
import SystemPackage

/// Reads what has changed and makes what is sent of it.
struct DeliveryBuilder: Sendable {
    private let location: FolderLocation
    private let rules: ExcludeRules
    private let removes: Bool
    private let receiver: RsyncCall.Receiver

    /// More than so many bytes go by rsync, which sends differences and needs no room for them here.
    private static let limit = 24 << 20
    /// So do new trees of more than so many directories.
    private static let manyDirectories = 200

    init(_ folder: SyncedFolder, _ rules: ExcludeRules, _ receiver: RsyncCall.Receiver) {
        location = FolderLocation(folder)
        self.rules = rules
        removes = folder.delete
        self.receiver = receiver
    }

    /// What is sent; nil where it is too much for that. What can't be read is left to rsync's complaint.
    func delivery(of changes: PendingChanges) throws(Errno) -> Delivery? {
        var delivery = Delivery(for: receiver)
        for (path, change) in changes.everything {
            guard try add(path, change, to: &delivery) else { return nil }
        }
        return delivery.directories.count > Self.manyDirectories ? nil : delivery
    }

    /// False where it gets too much.
    private func add(
        _ path: RelativePath, _ change: PendingChanges.Change, to delivery: inout Delivery
    ) throws(Errno) -> Bool {
        let place = location.path(of: path)
        let entry = try FolderEntry(place)
        guard !isLeftOut(path, entry, change) else { return true }
        guard let entry else {
            remove(path, change, in: &delivery)
            return true
        }
        switch entry.kind {
        case .directory:
            delivery.directories.append((path, entry.mode))
            return true
        case .other: return true
        case .link:
            guard let target = FolderEntry.target(of: place) else { return true }
            delivery.add(path, .link(target: target), like: entry)
        case .file(let size):
            guard delivery.contentBytes + size <= Self.limit else { return false }
            // one that went away meanwhile has an event of its own to tell
            guard let (entry, content) = try FileReading.read(place, limit: Self.limit) else { return true }
            delivery.add(path, .file(size: content.count), like: entry, content: content)
        }
        if change.wasDirectory { delivery.removedDirectories.append(path) }
        return true
    }

    private func remove(_ path: RelativePath, _ change: PendingChanges.Change, in delivery: inout Delivery) {
        guard removes, path != .root else { return }
        if change.wasDirectory {
            delivery.removedDirectories.append(path)
        } else {
            delivery.removedFiles.append(path)
        }
    }

    private func isLeftOut(_ path: RelativePath, _ entry: FolderEntry?, _ change: PendingChanges.Change) -> Bool {
        guard let entry else { return rules.leaveOutWithin(path, isDirectory: change.wasDirectory) }
        if case .directory = entry.kind { return rules.leaveOutWithin(path, isDirectory: true) }
        return rules.leaveOutWithin(path, isDirectory: false)
    }
}
