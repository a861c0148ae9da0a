import SystemPackage

extension VBoxCall {
    /// Copies a disk into a new file of VirtualBox's own format. VirtualBox knows both from then on.
    static func copyDisk(_ source: FilePath, to target: FilePath) -> VBoxCall {
        VBoxCall(["clonemedium", "disk", source.string, target.string, "--format", "VDI"], timeout: copyingTimeout)
    }

    /// Writes a machine that does not run as a description with its disks, each with what it stands on, beside it.
    static func export(_ machine: VMID, to description: FilePath) -> VBoxCall {
        VBoxCall(["export", machine.description, "--output", description.string], timeout: copyingTimeout)
    }

    /// Makes an empty disk that grows as it is written.
    static func createDisk(_ file: FilePath, mebibytes: Int64) -> VBoxCall {
        VBoxCall([
            "createmedium", "disk", "--filename", file.string, "--size", String(mebibytes), "--format", "VDI",
        ])
    }

    /// Forgets a disk that is attached to nothing, named by its file or UUID, and deletes its file where asked to.
    static func closeDisk(_ disk: String, deleting: Bool = false) -> VBoxCall {
        VBoxCall(["closemedium", "disk", disk] + (deleting ? ["--delete"] : []), timeout: .seconds(120))
    }

    /// Lets a disk grow; VirtualBox shrinks none.
    static func resizeDisk(_ disk: String, mebibytes: Int64) -> VBoxCall {
        VBoxCall(["modifymedium", "disk", disk, "--resize", String(mebibytes)], timeout: .seconds(600))
    }

    /// Adds a controller.
    static func addController(_ controller: StorageController, to machine: VMID) -> VBoxCall {
        VBoxCall(
            [
                "storagectl", machine.description, "--name", controller.name, "--add", controller.bus.rawValue,
                "--controller", controller.model,
            ] + (controller.ports.map { ["--portcount", String($0)] } ?? []) + ["--bootable", "on"])
    }

    /// Gives a controller that is there another number of ports.
    static func setPorts(_ ports: Int, of controller: StorageController, in machine: VMID) -> VBoxCall {
        VBoxCall(["storagectl", machine.description, "--name", controller.name, "--portcount", String(ports)])
    }

    /// Attaches a disk, named by its file or UUID.
    static func attachDisk(_ disk: String, at slot: StorageSlot, to machine: VMID) -> VBoxCall {
        VBoxCall(attachment(slot, machine) + ["--type", "hdd", "--medium", disk])
    }

    /// Detaches whatever is there.
    static func detach(_ slot: StorageSlot, from machine: VMID) -> VBoxCall {
        VBoxCall(attachment(slot, machine) + ["--medium", "none"])
    }

    private static func attachment(_ slot: StorageSlot, _ machine: VMID) -> [String] {
        [
            "storageattach", machine.description, "--storagectl", slot.controller, "--port", String(slot.port),
            "--device", String(slot.device),
        ]
    }
}
