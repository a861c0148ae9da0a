extension VBoxCall {
    /// Which release it is.
    static let version = question(["--version"])

    /// The machines, by name and UUID.
    static let machines = question(["list", "vms"])
    /// Those of them that run.
    static let runningMachines = question(["list", "runningvms"])
    /// The machines with all their settings and states, for people: the only way to learn them of all in one call.
    static let machinesInFull = question(["list", "--long", "vms"])
    /// The disks that VirtualBox knows, with their parents.
    static let disks = question(["list", "hdds"])
    /// The host-only interfaces.
    static let hostOnlyInterfaces = question(["list", "hostonlyifs"])
    /// The interfaces that can be bridged.
    static let bridgedInterfaces = question(["list", "bridgedifs"])

    /// A machine with all its settings and its state.
    static func show(_ machine: VMID) -> VBoxCall {
        question(["showvminfo", machine.description, "--machinereadable"])
    }

    /// The snapshots of a machine; a machine that has none ends it with status 1.
    static func snapshots(of machine: VMID) -> VBoxCall {
        question(
            ["snapshot", machine.description, "list", "--machinereadable"],
            harmless: "This machine does not have any snapshots")
    }

    /// What `setExtraData` wrote.
    static func extraData(of machine: VMID, _ key: String) -> VBoxCall {
        question(["getextradata", machine.description, key])
    }
}
