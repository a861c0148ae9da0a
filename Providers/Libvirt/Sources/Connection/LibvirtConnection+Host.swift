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
    package func libraryVersion() async throws(LibvirtError) -> Int {
        try await version { api, _, version in unsafe api.virGetVersion(&version, nil, nil) }
    }

    /// The version of the daemon at the other end, in the same form.
    package func daemonVersion() async throws(LibvirtError) -> Int {
        try await version { api, connection, version in unsafe api.virConnectGetLibVersion(connection, &version) }
    }

    /// The version of the hypervisor, in the same form.
    package func hypervisorVersion() async throws(LibvirtError) -> Int {
        try await version { api, connection, version in unsafe api.virConnectGetVersion(connection, &version) }
    }

    @safe private func version(
        _ ask: @Sendable (devenv_libvirt, OpaquePointer, inout UInt) -> Int32
    ) async throws(LibvirtError) -> Int {
        try await run { lane throws(LibvirtError) in
            var version: UInt = 0
            try lane.call(.connection) { unsafe ask($0, $1, &version) }
            return Int(version)
        }
    }

    /// The host and the kinds of guests that it can run.
    package func capabilities() async throws(LibvirtError) -> XMLElement {
        try await xml(.connection) { unsafe $0.virConnectGetCapabilities($1) }
    }

    /// What a domain may have; nil leaves a choice to the daemon. `type` is a kind of virtualization, `kvm` or `qemu`.
    package func domainCapabilities(
        emulator: String? = nil, arch: String? = nil, machine: String? = nil, type: String? = nil
    ) async throws(LibvirtError) -> XMLElement {
        try await xml(.connection) { unsafe $0.virConnectGetDomainCapabilities($1, emulator, arch, machine, type, 0) }
    }

    /// The processors and the memory of the host.
    package func nodeInfo() async throws(LibvirtError) -> NodeInfo {
        try await run { lane throws(LibvirtError) in
            var info = virNodeInfo()
            try lane.call(.connection) { unsafe $0.virNodeGetInfo($1, &info) }
            let model = unsafe withUnsafeBytes(of: info.model) {
                unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            return NodeInfo(model: model, memory: Int64(info.memory) * 1_024, processors: Int(info.cpus))
        }
    }
}
