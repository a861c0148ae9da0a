import DevenvHost
import DevenvPluginAPI
import SystemPackage

/// Limits of a machine as files of version 2 have them (kernel, admin-guide/cgroup-v2.rst), by their names.
struct GroupLimits: Hashable, Sendable {
    /// What is written to each file.
    var files: [String: String]

    /// Those of a machine. Pure.
    init(_ resources: Resources) {
        files = [:]
        if let memory = resources.memory {
            files["memory.max"] = Self.text(memory.limit)
            files["memory.swap.max"] = Self.text(memory.limit < 0 || memory.swap < 0 ? -1 : memory.swap - memory.limit)
        }
        if let cpu = resources.cpu { files["cpu.max"] = "\(Self.text(cpu.quota)) \(cpu.period)" }
        if let pids = resources.pids { files["pids.max"] = "\(pids.limit)" }
    }

    /// Those that a kept configuration tells of.
    init(files: [String: String]) { self.files = files }

    private static func text(_ number: Int64) -> String { number < 0 ? "max" : "\(number)" }
}

extension ControlGroups {
    /// Limits what the machine uses. A controller that the group does not have is left out.
    func limit(_ limits: GroupLimits) throws(ProviderError) {
        for directory in directories {
            for (name, value) in limits.files.sorted(by: { $0.key < $1.key }) {
                let file = directory.appending(name)
                guard HostFiles.exists(file) else { continue }
                try ProviderError.translate { () throws(HostError) in try Self.write(value, to: file) }
            }
        }
    }
}
