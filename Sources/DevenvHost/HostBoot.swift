import SystemPackage

/// This run of the host: what is kept in the kernel only, such as processes and network cards, does not outlive it.
package enum HostBoot {
    /// Its random id, proc(5) random/boot_id.
    package static let id: String = {
        // a kernel without it would be older than any that devenv runs on
        let bytes = (try? HostFiles.read("/proc/sys/kernel/random/boot_id")) ?? nil
        return String(decoding: bytes ?? [], as: UTF8.self).filter { $0 != "\n" }
    }()
}
