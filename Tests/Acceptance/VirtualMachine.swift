import DevenvTestSupport

/// Projects with virtual machines that answer after a few seconds even where they are emulated.
enum VirtualMachine {
    /// The keys of a small machine whose kernel is started without a boot loader, as a flow mapping's inside. Whether KVM
    /// works at another URI is not tried, so that it is not used there.
    static func keys(at uri: String? = nil) async throws -> String {
        let guest = try await TestDisk.tiny()
        return """
            box: $BOX, memory: 128MiB, cpus: 1, boot_timeout: 90s, libvirt: { \
            \(uri.map { "uri: \"\($0)\", accelerator: tcg, " } ?? "")kernel: \(guest.kernel), \
            initrd: \(guest.initrd), cmdline: "\(guest.commandLine)" }
            """
    }

    /// An Envfile with these machines, one `NAME: KEYS` each, in the libvirt of a URI where there is one.
    static func envfile(_ name: String, _ machines: String, at uri: String? = nil) async throws -> String {
        "version: 1\nname: \(name)\nprovider: libvirt\ndefaults: { \(try await keys(at: uri)) }\nmachines:\n\(machines)\n"
    }
}
