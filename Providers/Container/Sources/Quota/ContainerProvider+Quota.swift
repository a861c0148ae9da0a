import DevenvDiagnostics
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import SystemPackage

extension ContainerProvider {
    /// Applies the limit on what a machine writes, where there can be one.
    func limitDisk(of request: MachineRequest, at place: MachinePlace) throws(ProviderError) {
        try ProviderError.translate { () throws(HostError) in
            guard DiskQuota.isEnforced(in: place.disk) else { return }
            try DiskQuota(directory: place.disk).limit(to: request.spec.disk)
        }
    }

    /// The limit as it is in effect. What a machine wrote before its file system counted it can't be counted afterwards: the kernel
    /// takes no links and devices into a project.
    func diskSetting(of request: MachineRequest) -> MachineSetting {
        let none = "no limit"
        let place = place(request.identity)
        guard let size = request.spec.disk, UserRealm.userID == 0,
            DiskQuota.isEnforced(in: DiskQuota.existing(place.disk))
        else { return MachineSetting("disk", none, impact: .live, initial: none) }
        // an unreadable one is reported by its use
        let project = (try? DiskQuota(directory: place.disk).project()) ?? nil
        let isCounted = project != nil || !HostFiles.exists(place.diskNote)
        return MachineSetting("disk", size.description, impact: isCounted ? .live : .recreate, initial: none)
    }

    /// What keeps `disk` from having an effect; nil where it has one.
    func diskObjection(to machine: MachineSpec) -> Diagnostic? {
        let attempt = "'disk' has no effect on '\(machine.name.value)'"
        guard UserRealm.userID == 0 else {
            return .warning("\(attempt): only root's containers have limits", at: machine.name.location)
        }
        let directory = DiskQuota.existing(directories.data)
        guard !DiskQuota.isEnforced(in: directory) else { return nil }
        return .warning(
            "\(attempt): the file system of '\(directory)' does not limit what a directory holds",
            at: machine.name.location,
            help: "on ext4, unmount it, run 'tune2fs -O project,quota DEVICE' and mount it with the option 'prjquota';"
                + " on xfs, mount it with 'pquota'")
    }
}
