import DevenvDiagnostics
import DevenvHost
package import DevenvPluginAPI
import SystemPackage

/// The files of a project that belong to a playbook: those of the directory that is named, or else of the playbook's own. Beside an
/// Envfile lies everything, so that only what Ansible itself looks for beside a playbook is taken there.
package struct PlaybookFiles: Sendable {
    /// Names with a meaning of Ansible's own (its documentation, "Sample directory layout").
    private static let conventional = [
        "ansible.cfg", "collections", "files", "filter_plugins", "group_vars", "handlers", "host_vars", "library",
        "lookup_plugins", "module_utils", "requirements.yml", "roles", "tasks", "templates", "vars",
    ]

    private let playbook: String
    private let folder: String?
    private let files: GuestFiles

    /// Finds them; the options must be whole.
    package init(_ options: PlaybookOptions, in project: ProvisionerProject) {
        playbook = options.playbook?.value ?? ""
        let parent = FilePath(playbook).removingLastComponent().string
        folder = options.directory?.value ?? (parent.isEmpty ? nil : parent)
        let beside = Self.conventional.filter { HostFiles.exists(project.directory.appending($0)) }
        files = GuestFiles(folder.map { [$0] } ?? [playbook] + beside, of: project)
    }

    /// What is sent to where Ansible runs.
    package var sent: GuestFiles { files }

    /// The parts `playbook PATH` and `PATH` for the rest.
    func digests() async throws(ProvisionerError) -> [String: String] {
        let own = FilePath(playbook).lastComponent?.string ?? ""
        var digests = try await files.digests(without: folder == nil ? [] : [own])
        digests[playbook] = nil
        digests["playbook \(playbook)"] = try await GuestFiles([playbook], of: files.project).digests()[playbook]
        return digests
    }
}
