import DevenvDiagnostics
import DevenvModel

/// The words of vagrant-libvirt for what is called otherwise here.
enum ForeignOption {
    /// What to write in place of each.
    private static let replacements: [String: String] = [
        "driver": "'accelerator: auto', 'kvm' or 'tcg'",
        "memory": "the machine's own key 'memory'",
        "cpus": "the machine's own key 'cpus'",
        "machine_virtual_size": "the machine's own key 'disk'",
        "forward_ssh_port": "the machine's own key 'forward'",
        "storage_pool_name": "'pool'",
        "storage": "'disks' and 'cdroms'",
        "disk_driver": "'disk_cache' and 'disk_discard'",
        "volume_cache": "'disk_cache'",
        "machine_arch": "'architecture'",
        "emulator_path": "an 'xml' patch of devices/emulator",
        "graphics_type": "'graphics'",
        "video_type": "'video'",
        "nic_model_type": "'nic_model'",
        "cmd_line": "'cmdline'",
        "cpu_feature": "'cpu_features'",
        "cputopology": "'cpu_topology'",
        "tpm_type": "'tpm'",
        "tpm_version": "'tpm'",
        "loader": "'firmware: uefi'",
        "nvram": "'firmware: uefi'",
        "qemuargs": "'qemu_args'",
        "qemuenv": "'qemu_env'",
        "memorybacking": "'hugepages' and 'shared_memory'",
        "qemu_use_session": "'uri: qemu:///session'",
        "host": "'uri: qemu+ssh://user@host/system'",
        "username": "'uri: qemu+ssh://user@host/system'",
        "connect_via_ssh": "'uri: qemu+ssh://user@host/system'",
        "random": "nothing: every machine has a source of randomness",
        "channel": "'guest_agent', or an 'xml' patch",
        "clock_offset": "an 'xml' patch of clock",
    ]

    /// A map without these keys, and what to write in their place.
    static func takeOut(of tree: OptionTree?) -> (tree: OptionTree?, diagnostics: [Diagnostic]) {
        guard let tree, case .map(let entries) = tree.value else { return (tree, []) }
        let diagnostics = entries.compactMap { entry in
            replacements[entry.key.value].map { replacement in
                Diagnostic.error(
                    "the libvirt options have no key '\(entry.key.value)'", at: entry.key.location,
                    help: "write \(replacement)")
            }
        }
        let rest = entries.filter { replacements[$0.key.value] == nil }
        return (OptionTree(.map(rest), at: tree.location), diagnostics)
    }
}
