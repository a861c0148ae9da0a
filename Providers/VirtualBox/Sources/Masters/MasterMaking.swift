import DevenvHost
import SystemPackage

/// Makes a master: a machine with what its box says of it, its disks copied out of the box, and a snapshot.
struct MasterMaking: Sendable {
    let manage: VBoxManage
    let version: VBoxVersion
    let master: VMID
    let places: MachinePlaces
    /// What it is marked with.
    let mark: OwnershipMark

    /// Every VirtualBox knows it, whatever kind of Linux is in the machine.
    private static let usualSystem = "Linux26_64"

    /// Makes it where nothing of it is there.
    func make(_ appliance: Appliance) async throws(VBoxError) {
        try await create(appliance)
        FaultPoint.reach("virtualbox.master.created")
        try await manage.run(.modify(master, appliance.settings, in: version))
        if let file = appliance.variables { try keepVariables(file) }
        for controller in appliance.controllers { try await manage.run(.addController(controller, to: master)) }
        for (index, disk) in appliance.disks.enumerated() { try await addDisk(disk, index) }
        try await manage.run(mark.call(for: master))
        FaultPoint.reach("virtualbox.master.filled")
        try await manage.run(.takeSnapshot(Masters.snapshot, of: master))
        FaultPoint.reach("virtualbox.master.made")
    }

    /// An older VirtualBox may not know the kind of system that is in the machine.
    private func create(_ appliance: Appliance) async throws(VBoxError) {
        do throws(VBoxError) { try await create(as: appliance.operatingSystem) } catch {
            guard error.says("guest OS type") || error.says("OS type") else { throw error }
            try await create(as: Self.usualSystem)
        }
    }

    private func create(as system: String) async throws(VBoxError) {
        try await manage.run(
            .create(master, name: MachinePlaces.name(of: master), operatingSystem: system, below: places.masters))
    }

    private func addDisk(_ disk: Appliance.Disk, _ index: Int) async throws(VBoxError) {
        let file = places.folder(of: master).appending("disk\(index).vdi")
        do throws(VBoxError) { try await copy(disk, to: file) } catch {
            // an attempt that was broken off has left VirtualBox with another idea of the image, which it has lost by now
            guard error.says("stored in the media registry") else { throw error }
            try await copy(disk, to: file)
        }
        FaultPoint.reach("virtualbox.master.copied")
        try await manage.run(.attachDisk(file.string, at: disk.slot, to: master))
    }

    /// What the box's UEFI has kept (which system it starts, by which path) lies where VirtualBox looks for it; clones get a
    /// copy. VirtualBox 6.1 keeps nothing of it and looks at nothing.
    private func keepVariables(_ file: FilePath) throws(VBoxError) {
        let copy = places.folder(of: master).appending("\(MachinePlaces.name(of: master)).nvram")
        do {
            let bytes = try HostFiles.head(of: file, count: Self.mostVariables)
            try AtomicFile.write(bytes, to: copy, mode: .ownerReadWrite, durable: false)
        } catch { throw VBoxError(.failed, "copying '\(file)': \(error)") }
        FaultPoint.reach("virtualbox.master.variables")
    }

    /// Many times what VirtualBox makes of it.
    private static let mostVariables = 8 << 20

    /// VirtualBox remembers the box's own image once it has read it, which nobody else may then have; so it is to forget it,
    /// whether the copying went well or not.
    private func copy(_ disk: Appliance.Disk, to file: FilePath) async throws(VBoxError) {
        let copied: Result<String, VBoxError>
        do throws(VBoxError) { copied = .success(try await manage.run(.copyDisk(disk.file, to: file))) } catch {
            copied = .failure(error)
        }
        let closed: VBoxError?
        do throws(VBoxError) {
            _ = try await manage.run(.closeDisk(disk.file.string))
            closed = nil
        } catch { closed = error }
        _ = try copied.get()
        if let closed { throw closed }
    }
}
