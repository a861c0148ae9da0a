import CLibvirt

/// The machine that a daemon runs on (`virNodeInfo`).
package struct NodeInfo: Hashable, Sendable {
    /// The model of its processors, mostly the architecture.
    package let model: String
    /// Its memory in bytes.
    package let memory: Int64
    /// How many processors it has.
    package let processors: Int
}

/// What a host can do.
extension LibvirtConnection {
    /// The version of the library that this process has loaded: 1,000,000 × major + 1,000 × minor + release.
    package func libraryVersion() throws(LibvirtError) -> Int {
        var version: UInt = 0
        try check(unsafe api.virGetVersion(&version, nil, nil))
        return Int(version)
    }

    /// The version of the daemon at the other end, in the same form.
    package func daemonVersion() throws(LibvirtError) -> Int {
        var version: UInt = 0
        try check(try lend { unsafe api.virConnectGetLibVersion($0, &version) })
        return Int(version)
    }

    /// The version of the hypervisor, in the same form.
    package func hypervisorVersion() throws(LibvirtError) -> Int {
        var version: UInt = 0
        try check(try lend { unsafe api.virConnectGetVersion($0, &version) })
        return Int(version)
    }

    /// The host and the kinds of guests that it can run.
    package func capabilities() async throws(LibvirtError) -> XMLElement {
        try await aside { lane throws(LibvirtError) in
            try unsafe lane.takeXML(try lane.lend { unsafe lane.api.virConnectGetCapabilities($0) })
        }
    }

    /// What a domain may have; nil leaves a choice to the daemon. `type` is a kind of virtualization, `kvm` or `qemu`.
    package func domainCapabilities(
        emulator: String? = nil, arch: String? = nil, machine: String? = nil, type: String? = nil
    ) async throws(LibvirtError) -> XMLElement {
        try await aside { lane throws(LibvirtError) in
            try unsafe lane.takeXML(
                try lane.lend { unsafe lane.api.virConnectGetDomainCapabilities($0, emulator, arch, machine, type, 0) })
        }
    }

    /// The processors and the memory of the host.
    package func nodeInfo() throws(LibvirtError) -> NodeInfo {
        var info = virNodeInfo()
        try check(try lend { unsafe api.virNodeGetInfo($0, &info) })
        let model = unsafe withUnsafeBytes(of: info.model) {
            unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
        }
        return NodeInfo(model: model, memory: Int64(info.memory) * 1_024, processors: Int(info.cpus))
    }
}
