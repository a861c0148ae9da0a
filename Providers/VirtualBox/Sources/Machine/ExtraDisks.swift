import DevenvHost
import DevenvModel
import DevenvPluginAPI
import SystemPackage

/// The disks that a machine has beside its box's, brought to what is wanted at each start.
struct ExtraDisks: Sendable {
    let manage: VBoxManage
    let report: MachineReport
    let appliance: Appliance
    let attempt: String

    private static let controller = StorageController.usual(.sata, ports: leastPorts)
    /// As many as masters have.
    private static let leastPorts = 8

    /// Repeating it changes nothing. A machine that has none and wants none costs no call.
    func bring(_ wanted: [ExtraDisk]) async throws(ProviderError) {
        let files = try ProviderError.translate { () throws(HostError) in
            try HostFiles.list(report.folder)
        }
        guard !wanted.isEmpty || files.contains(where: { $0.hasPrefix(ExtraDisk.prefix) }) else {
            return
        }
        let census = try await vbox { () async throws(VBoxError) in
            DiskCensus(try await manage.run(.disks))
        }
        let plan = ExtraDiskPlan(wanted, report.attachments, census)
        if let (disk, wish) = plan.shrinking, let present = disk.mebibytes {
            throw .invalidRequest(
                "\(attempt): its disk '\(disk.name)' has \(ByteCount(bytes: present << 20)) and can't shrink to "
                    + "\(wish.size)", help: "give it at least that much, or another name")
        }
        try await vbox { () async throws(VBoxError) in
            for disk in plan.superfluous { try await detach(disk) }
            for (disk, mebibytes) in plan.growing {
                try await manage.run(.resizeDisk(disk.id.description, mebibytes: mebibytes))
            }
            try await add(plan, census)
        }
        FaultPoint.reach("virtualbox.start.disks")
    }

    private func detach(_ disk: ExtraDiskPlan.Present) async throws(VBoxError) {
        try await manage.run(.detach(disk.slot, from: report.id))
        try await manage.run(.setExtraData(report.id, Self.serialKey(disk.slot.port), nil))
        FaultPoint.reach("virtualbox.start.detached")
    }

    private func add(_ plan: ExtraDiskPlan, _ census: DiskCensus) async throws(VBoxError) {
        let own = appliance.disks.map(\.slot)
        let foreign = report.attachments.map(\.slot).filter { slot in
            !plan.present.contains { $0.slot == slot }
        }
        let taken = (own + foreign).filter { $0.controller == Self.controller.name }.map(\.port)
        let missing = plan.missing(besides: Set(taken))
        guard let last = missing.map(\.port).max() else { return }
        try await provideController(ports: last + 1)
        for (disk, port) in missing { try await add(disk, at: port, census) }
    }

    /// The box's disks may be on another one.
    private func provideController(ports: Int) async throws(VBoxError) {
        let isThere =
            report.controllers.contains(Self.controller.name)
            || appliance.controllers.contains { $0.bus == .sata }
        if !isThere { try await manage.run(.addController(Self.controller, to: report.id)) }
        FaultPoint.reach("virtualbox.start.controller")
        guard ports > Self.leastPorts else { return }
        try await manage.run(.setPorts(ports, of: Self.controller, in: report.id))
    }

    /// One that VirtualBox knows was wanted before; so was one whose file is there, or a start was cut off.
    private func add(_ disk: ExtraDisk, at port: Int, _ census: DiskCensus) async throws(VBoxError) {
        let file = report.folder.appending(disk.fileName)
        let known = census.disks.first { $0.location == file }
        if known == nil, !HostFiles.exists(file) {
            try await manage.run(.createDisk(file, mebibytes: disk.mebibytes))
            FaultPoint.reach("virtualbox.start.disk")
        } else if let present = known?.mebibytes, present < disk.mebibytes {
            try await manage.run(.resizeDisk(file.string, mebibytes: disk.mebibytes))
        }
        try await manage.run(.setExtraData(report.id, Self.serialKey(port), disk.name))
        try await manage.run(
            .attachDisk(file.string, at: StorageSlot(Self.controller.name, port: port), to: report.id))
    }

    /// Where VirtualBox's SATA controller looks for a serial number; it makes one up otherwise.
    private static func serialKey(_ port: Int) -> String {
        "VBoxInternal/Devices/ahci/0/Config/Port\(port)/SerialNumber"
    }

    private func vbox<Value: Sendable>(
        _ body: () async throws(VBoxError) -> Value
    ) async throws(ProviderError) -> Value {
        try await ProviderError.virtualBox(attempt, body)
    }
}
