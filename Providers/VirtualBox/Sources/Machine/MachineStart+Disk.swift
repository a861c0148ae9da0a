import DevenvHost
import DevenvModel
import DevenvPluginAPI

extension MachineStart {
    /// Lets the machine's first disk grow to what is wanted. Only once its settings could be changed: then no process of a
    /// machine that was switched off a moment ago has the disk open any more.
    func grow() async throws(ProviderError) {
        guard let wanted = blueprint.request.spec.disk,
            let disk = report.attachments.first(where: { $0.id != nil })?.id
        else { return }
        let census = try await ProviderError.virtualBox(attempt) { () async throws(VBoxError) in
            DiskCensus(try await manage.run(.disks))
        }
        let mebibytes = (wanted.bytes + (1 << 20) - 1) >> 20
        guard let present = census.disks.first(where: { $0.id == disk })?.mebibytes, present != mebibytes else {
            return
        }
        guard present < mebibytes else {
            throw .invalidRequest(
                "\(attempt): its disk has \(ByteCount(bytes: present << 20)) and can't shrink to \(wanted)",
                help: "give 'disk' at least that much, or run 'devenv destroy' and 'devenv up'")
        }
        try await ProviderError.virtualBox(attempt) { () async throws(VBoxError) in
            _ = try await manage.run(.resizeDisk(disk.description, mebibytes: mebibytes))
        }
        FaultPoint.reach("virtualbox.start.grown")
    }
}
