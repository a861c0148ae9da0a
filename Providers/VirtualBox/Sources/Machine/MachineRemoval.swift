import DevenvHost
import DevenvPluginAPI
import SystemPackage

/// Removes a machine of VirtualBox with its folder, and nothing of anybody else's.
///
/// VirtualBox would delete every disk that is attached, wherever it lies, and half of a machine whose disks others stand on.
struct MachineRemoval: Sendable {
    let manage: VBoxManage
    let machine: VMID
    /// Its folder, which devenv chose: all in it goes.
    let folder: FilePath
    let attempt: String

    /// Removes it; one that is not there is fine. Answers the disks that VirtualBox knew before; nil where none had to be
    /// looked at.
    @discardableResult
    func run() async throws(ProviderError) -> DiskCensus? {
        let state = try await vbox { () async throws(VBoxError) in try await report() }
        guard state != .absent || HostFiles.exists(folder) else { return nil }
        try refuseForeign(state)
        let census = try await vbox { () async throws(VBoxError) in try await disks() }
        if case .known(let report) = state { try requireSight(of: report, in: census) }
        try refuseDependents(census)
        let isWhole = census.disks(below: folder).allSatisfy { HostFiles.exists($0.location) }
        try await vbox { () async throws(VBoxError) in
            switch state {
            case .absent: break
            case .unreadable: try await forget()
            case .known(let report): try await remove(report)
            }
        }
        FaultPoint.reach("virtualbox.remove.unregistered")
        // what VirtualBox knows of a machine that it could not read, or that is not whole
        try await vbox { () async throws(VBoxError) in try await close(isWhole ? left(of: state, census) : disks()) }
        try ProviderError.translate { () throws(HostError) in try HostFiles.remove(folder) }
        FaultPoint.reach("virtualbox.remove.folder")
        return census
    }

    private enum Found: Equatable {
        case absent, unreadable
        case known(MachineReport)
    }

    private func report() async throws(VBoxError) -> Found {
        do throws(VBoxError) {
            let report = try MachineReport.read(try await manage.insist(.show(machine), on: machine))
            return report.state == .inaccessible ? .unreadable : .known(report)
        } catch {
            if error.isMissing { return .absent }
            if error.isInaccessible { return .unreadable }
            throw error
        }
    }

    /// Where none of its own disks are in the list, that says nothing about whose disks stand on them.
    private func requireSight(of report: MachineReport, in census: DiskCensus) throws(ProviderError) {
        let disks = report.attachments.filter { FilePath($0.medium).starts(with: folder) }.compactMap(\.id)
        guard disks.isEmpty || census.disks.contains(where: { disks.contains($0.id) }) else {
            throw .failed(
                "\(attempt): 'VBoxManage list hdds' lists none of the disks of '\(report.name)'",
                help: "see with 'VBoxManage list hdds' whether VirtualBox answers as it should")
        }
    }

    private func refuseDependents(_ census: DiskCensus) throws(ProviderError) {
        guard let disk = census.dependents(on: folder).first else { return }
        throw .failed(
            "\(attempt): the disk '\(disk.location)' of another machine is a linked clone of its disk and would be lost",
            help: "remove that machine first, or make it whole with 'VBoxManage clonevm'")
    }

    /// No call is needed for that: VirtualBox writes each change of a machine's settings into their file.
    private func refuseForeign(_ state: Found) throws(ProviderError) {
        guard case .known(let report) = state, let mark = OwnershipMark(settings: report.settingsFile),
            let owner = mark.machine, owner != machine
        else { return }
        throw .failed(
            "\(attempt): its mark in VirtualBox's extra data says that it is another machine: '\(mark.text)'",
            help: "where it may go, take the mark away: VBoxManage setextradata \(machine) \(OwnershipMark.key)")
    }

    private func remove(_ report: MachineReport) async throws(VBoxError) {
        if report.state.isActive {
            try await tolerating(\.isWrongState) { () async throws(VBoxError) in
                try await manage.insist(.powerOff(machine), on: machine)
            }
        }
        FaultPoint.reach("virtualbox.remove.off")
        let foreign = report.attachments.filter { !FilePath($0.medium).starts(with: folder) }
        if !foreign.isEmpty {
            if report.state.isSaved { try await manage.run(.discardState(machine)) }
            for attachment in foreign { try await manage.run(.detach(attachment.slot, from: machine)) }
        }
        try await tolerating(\.isMissing) { () async throws(VBoxError) in try await manage.run(.remove(machine)) }
    }

    /// VirtualBox forgets one that it can't read, and then says that it could not.
    private func forget() async throws(VBoxError) {
        do throws(VBoxError) { try await manage.run(.forget(machine)) } catch {
            if case .absent = try await report() { return }
            throw error
        }
    }

    private func disks() async throws(VBoxError) -> DiskCensus { DiskCensus(try await manage.run(.disks)) }

    /// What is known without asking: the disks of a machine that was whole have gone with it; others were copied and never
    /// attached. Of disks whose files somebody has removed, VirtualBox forgets some.
    private func left(of state: Found, _ census: DiskCensus) -> DiskCensus {
        guard case .known(let report) = state else { return census }
        return census.without(census.ancestry(of: report.attachments.compactMap(\.id)))
    }

    private func close(_ census: DiskCensus) async throws(VBoxError) {
        for disk in census.closingOrder(below: folder) {
            try await tolerating(\.isForgotten) { () async throws(VBoxError) in
                try await manage.run(.closeDisk(disk.id.description))
            }
        }
    }

    private func tolerating(
        _ circumstance: (VBoxError) -> Bool, _ body: () async throws(VBoxError) -> String
    ) async throws(VBoxError) {
        do throws(VBoxError) { _ = try await body() } catch {
            guard circumstance(error) else { throw error }
        }
    }

    private func vbox<Value: Sendable>(
        _ body: () async throws(VBoxError) -> Value
    ) async throws(ProviderError) -> Value {
        try await ProviderError.virtualBox(attempt, body)
    }
}

extension VBoxError {
    /// Whether a disk is not known any more.
    fileprivate var isForgotten: Bool { isMissing || says("VERR_FILE_NOT_FOUND") || says("Could not find file") }
}
