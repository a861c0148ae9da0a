import DevenvHost
import DevenvModel
import DevenvPluginAPI
import SystemPackage

/// A file system without room for what VirtualBox was to write.
struct FullDisk: Hashable, Sendable {
    /// A directory in it.
    let directory: FilePath

    /// Nil where a failure has another reason. VirtualBox names files that it fails at, and not always them, nor why: what it says
    /// differs, what the kernel says does not. `data`: where it writes most.
    init?(_ error: VBoxError, data: FilePath) {
        let isSaid = ["VERR_DISK_FULL", "No space left"].contains(where: error.says)
        guard isSaid || error.mayBeFullDisk else { return nil }
        let places = ([error.message] + error.details).flatMap(Self.places) + [data]
        guard let place = places.first(where: HostFiles.isFull) ?? (isSaid ? places.first : nil) else { return nil }
        directory = place
    }

    /// Nil where a directory is on a file system that has room.
    init?(_ directory: FilePath) {
        guard HostFiles.isFull(directory) else { return nil }
        self.directory = directory
    }

    /// That an attempt failed for this.
    func providerError(_ attempt: String, _ message: String) -> ProviderError {
        .diskFull("\(attempt): no space is left in '\(directory)' (\(room) free): \(message)", help: Self.help)
    }

    /// That a machine which VirtualBox has paused for this would be paused again at once.
    func refusal(_ attempt: String) -> ProviderError { .diskFull("\(attempt): \(reasonForPause)", help: Self.help) }

    /// Why a machine is paused that was to write there.
    var reasonForPause: String { "it was paused, as the host's disk is full: '\(directory)' has \(room) left" }

    private static let help = "free some space there: 'devenv destroy' of machines no longer needed, 'devenv box prune'"

    private var room: ByteCount { ByteCount(bytes: HostFiles.room(in: directory) ?? 0) }

    /// The directories of files that a text names: `Could not create the medium '/srv/machines/one/disk0.vdi'`.
    private static func places(in text: String) -> [FilePath] {
        let parts = text.split(separator: "'", omittingEmptySubsequences: false)
        return parts.filter { $0.hasPrefix("/") }.compactMap { place(of: FilePath(String($0))) }
    }

    /// The directory of a file that may not be there, nor its own directory.
    private static func place(of file: FilePath) -> FilePath? {
        var directory = file
        while directory.removeLastComponent() {
            if HostFiles.kind(directory) == .directory { return directory }
        }
        return nil
    }
}
