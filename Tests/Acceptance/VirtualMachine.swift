import DevenvTestSupport

/// Projects with virtual machines that answer after a few seconds even where they are emulated.
enum VirtualMachine {
    /// The keys of a small machine whose kernel is started without a boot loader, as a flow mapping's inside.
    static func keys() async throws -> String {
        let guest = try await TestDisk.tiny()
        return """
            box: $BOX, memory: 128MiB, cpus: 1, boot_timeout: 90s, libvirt: { kernel: \(guest.kernel), \
            initrd: \(guest.initrd), cmdline: "\(guest.commandLine)" }
            """
    }

    /// An Envfile with these machines, one `NAME: KEYS` each.
    static func envfile(_ name: String, _ machines: String) async throws -> String {
        "version: 1\nname: \(name)\nprovider: libvirt\ndefaults: { \(try await keys()) }\nmachines:\n\(machines)\n"
    }
}
