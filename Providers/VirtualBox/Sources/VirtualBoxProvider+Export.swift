import DevenvHost
import DevenvModel
package import DevenvPluginAPI
package import SystemPackage

extension VirtualBoxProvider {
    /// Copies the disks that the machine has of its box, each with what it stands on. VirtualBox exports the machine: unlike
    /// copies of single disks, that leaves nothing behind in its own lists, whatever breaks it off.
    package func export(
        _ machine: RecordedMachine, to directory: FilePath
    ) async throws(ProviderError) -> ExportedMachine {
        let attempt = attempt(machine, "copying")
        let manage = manage(machine)
        let report = try await existing(machine, manage, attempt)
        guard report.state.observed == .stopped else {
            throw .invalidRequest(
                "\(attempt): it is not switched off", help: "run 'devenv halt \(machine.identity.name)'")
        }
        let added = try await addedSlots(of: report, manage, attempt)
        let folder = directory.appending("virtualbox")
        try ProviderError.translate { () throws(HostError) in try HostFiles.makeDirectory(folder) }
        do throws(VBoxError) { try await manage.run(.export(report.id, to: folder.appending("machine.ovf"))) } catch {
            if HostFiles.isFull(directory) { throw .noSpace(for: attempt, in: directory) }
            throw error.providerError(attempt)
        }
        FaultPoint.reach("virtualbox.export.exported")
        let disks = try Self.disks(in: folder, attempt).filter { !added.contains($0.slot) }
        var copies: [FilePath] = []
        for disk in disks {
            let copy = directory.appending("disk-\(copies.count).raw")
            try await flatten(disk.file, to: copy, attempt)
            copies.append(copy)
            FaultPoint.reach("virtualbox.export.copied")
        }
        try ProviderError.translate { () throws(HostError) in try HostFiles.remove(folder) }
        return .disks(copies, leftOut: added.count)
    }

    /// Where the disks are that the Envfile has added to those of the box. Throws where one of the box's can't be copied.
    private func addedSlots(
        of report: MachineReport, _ manage: VBoxManage, _ attempt: String
    ) async throws(ProviderError) -> Set<StorageSlot> {
        let census = try await ProviderError.virtualBox(attempt) { () async throws(VBoxError) in
            DiskCensus(try await manage.run(.disks))
        }
        let added = Set(ExtraDiskPlan([], report.attachments, census).present.map(\.slot))
        for disk in report.attachments.filter({ !added.contains($0.slot) }).compactMap(\.id) {
            let ancestry = census.ancestry(of: [disk])
            guard Set(census.disks.filter { ancestry.contains($0.id) }.map(\.mebibytes)).count > 1 else { continue }
            throw .unsupported(
                "\(attempt): its disk has grown since it became a clone of its box's, and VirtualBox can't copy such a disk",
                help: "make the machine without 'disk', or with 'linked_clone: false' in its virtualbox options")
        }
        return added
    }

    /// What VirtualBox has exported, as if it were a box.
    private static func disks(in folder: FilePath, _ attempt: String) throws(ProviderError) -> [Appliance.Disk] {
        let files = try ProviderError.translate { () throws(HostError) in try HostFiles.list(folder) }
        let image = BoxImage(
            name: "machine", digest: "", format: .ovf, layers: files.sorted().map(folder.appending), user: "")
        do throws(ProviderError) { return try Appliance.read(image).disks } catch {
            throw .failed("\(attempt): VirtualBox has exported it in a way that is not known: \(error.message)")
        }
    }

    /// Turns an image into plain bytes with holes.
    private func flatten(
        _ image: FilePath, to copy: FilePath, _ attempt: String
    ) async throws(ProviderError) {
        try ProviderError.checkCancellation(attempt)
        let call = ToolInvocation(
            "qemu-img", ["convert", "-q", "-f", "vmdk", "-O", "raw", image.string, copy.string],
            timeout: .seconds(3600), endsWithCaller: true)
        let outcome: ToolOutcome
        do throws(ToolError) { outcome = try await tools.run(call) } catch {
            switch error.code {
            case .missing: throw .toolMissing(error.tool, help: "apt-get install qemu-utils")
            case .cancelled: throw .cancelled(error.description)
            default: throw .failed("\(attempt): \(error)")
            }
        }
        guard outcome.status == 0 else {
            if HostFiles.isFull(copy.removingLastComponent()) {
                throw .noSpace(for: attempt, in: copy.removingLastComponent())
            }
            throw .failed("\(attempt): 'qemu-img' failed with status \(outcome.status): \(outcome.complaint)")
        }
        try ProviderError.translate { () throws(HostError) in try HostFiles.remove(image) }
    }
}
