import SystemPackage

/// Settings of the kernel, below /proc/sys (proc(5)).
package enum KernelSetting {
    /// Writes a setting that does not have this value yet.
    package static func write(_ value: String, to name: String) throws(HostError) {
        let path = FilePath("/proc/sys/\(name)")
        if try HostFiles.read(path, limit: 4096) == Array((value + "\n").utf8) { return }
        try HostError.wrap("setting", path) {
            let file = try FileDescriptor.open(path, .writeOnly, options: [.closeOnExec])
            _ = try file.closeAfter { try file.writeAll(value.utf8) }
        }
    }
}
