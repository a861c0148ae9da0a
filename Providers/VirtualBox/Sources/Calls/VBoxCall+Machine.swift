import SystemPackage

extension VBoxCall {
    /// Makes a machine that has nothing yet, below a folder: its own is named after it.
    static func create(_ id: VMID, name: String, operatingSystem: String, below folder: FilePath) -> VBoxCall {
        VBoxCall([
            "createvm", "--name", name, "--uuid", id.description, "--ostype", operatingSystem,
            "--basefolder", folder.string, "--register",
        ])
    }

    /// Makes a machine as another was at a snapshot, which is named or given by its UUID. `isLinked`: its disks begin as what is
    /// different from those; else they are copied.
    static func clone(
        _ source: VMID, at snapshot: String, to id: VMID, name: String, below folder: FilePath, isLinked: Bool
    ) -> VBoxCall {
        VBoxCall(
            [
                "clonevm", source.description, "--snapshot", snapshot, "--mode", "machine",
            ] + (isLinked ? ["--options", "link"] : []) + [
                "--name", name, "--uuid", id.description, "--basefolder", folder.string, "--register",
            ], timeout: isLinked ? .seconds(120) : copyingTimeout)
    }

    /// Changes settings of a machine that does not run, all in one call.
    static func modify(_ machine: VMID, _ settings: [VMSetting], in version: VBoxVersion) -> VBoxCall {
        VBoxCall(["modifyvm", machine.description] + settings.flatMap { $0.arguments(in: version) })
    }

    /// Forgets a machine that does not run, and deletes its files and all disks that are attached to it.
    static func remove(_ machine: VMID) -> VBoxCall {
        VBoxCall(["unregistervm", machine.description, "--delete"], timeout: .seconds(300))
    }

    /// Forgets a machine and leaves its files.
    static func forget(_ machine: VMID) -> VBoxCall { VBoxCall(["unregistervm", machine.description]) }

    /// Writes something beside a machine's settings, which VirtualBox keeps and does not read; nil removes it.
    static func setExtraData(_ machine: VMID, _ key: String, _ value: String?) -> VBoxCall {
        VBoxCall(["setextradata", machine.description, key] + (value.map { [$0] } ?? []))
    }
}
