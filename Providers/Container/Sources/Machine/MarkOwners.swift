import DevenvHost
import DevenvModel
import DevenvPluginAPI
import SystemPackage

/// Which machine a mark stands for, for messages.
struct MarkOwners: Sendable {
    /// devenv's directories.
    let directories: HostDirectories

    /// `machine 'db' of project 'shop'`, or the bare mark where its notes are elsewhere or gone.
    func name(of mark: String) -> String {
        let parts = mark.split(separator: ":")
        guard parts.count == 3, let project = ProjectID(rawValue: String(parts[1])),
            let machine = MachineID(rawValue: String(parts[2]))
        else { return "another devenv machine" }
        let place = MachinePlace(project: project, machine: machine, in: directories)
        // a note that is missing or damaged gives no name, and the ids say enough
        guard let note = (try? Notes.read(DiskNote.self, at: place.diskNote)) ?? nil else {
            return "the devenv machine \(project)/\(machine)"
        }
        return "the machine '\(note.identity.name)' of the project '\(note.identity.projectName)'"
    }
}
