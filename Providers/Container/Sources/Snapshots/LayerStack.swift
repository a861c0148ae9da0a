import DevenvHost
import DevenvPluginAPI
import Glibc
import SystemPackage

/// What a machine's root file system is made of.
struct LayerStack {
    /// The box's layers, lowest first, with ids as they are inside.
    let box: [FilePath]
    /// What snapshots have saved of the machine's changes, lowest first, with ids as they are outside.
    let saved: [FilePath]
    /// What the machine writes to, with ids as they are outside.
    let top: FilePath
    /// The working directory of overlayfs.
    let work: FilePath

    /// How many layers overlayfs can take: 500 (fs/overlayfs/params.h), but the options of mount(2) have room for fewer.
    static let limit = 180

    /// The one below the top: the root directory of an overlay looks like its top, which therefore has to look like this one.
    var below: FilePath { saved.last ?? box.last ?? "/" }

    /// The layers of a machine.
    init(box: [String], _ note: SnapshotsNote, at place: MachinePlace) {
        self.init(box: box, saved: note.layers, top: note.top, at: place)
    }

    /// Some layers of a machine, with a top that may be new.
    init(box: [String], saved: [String], top: String, at place: MachinePlace) {
        self.box = box.map { FilePath($0) }
        self.saved = saved.map { place.disk.appending($0) }
        self.top = place.disk.appending(top)
        work = place.disk.appending(SnapshotsNote.work(of: top))
    }

    /// Throws `.invalidRequest` where a layer is not there.
    func check() throws(ProviderError) {
        for layer in box where !HostFiles.exists(layer) {
            throw .invalidRequest(
                "the layer '\(layer)' of the box is missing", help: "add the box again: 'devenv box add'")
        }
        for layer in saved where !HostFiles.exists(layer) {
            throw .invalidRequest(
                "the layer '\(layer)' of the machine is missing, which one of its snapshots saved",
                help: "restore another snapshot, or run 'devenv destroy', then 'devenv up'")
        }
    }
}
