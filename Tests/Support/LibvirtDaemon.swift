import DevenvHost
package import Testing

/// The libvirt daemon that tests of real machines use: that of the system, or one that `Scripts/libvirtd` started.
package enum LibvirtDaemon {
    /// Its URI.
    package static let system = "qemu:///system"

    /// Why a daemon can't be used, nil where it answers.
    package static func refusal(of uri: String) async -> String? {
        let call = ToolInvocation("virsh", ["--quiet", "--connect", uri, "uri"], timeout: .seconds(20))
        do {
            let outcome = try await SystemToolRunner().run(call)
            return outcome.status == 0 ? nil : outcome.complaint
        } catch {
            return error.description
        }
    }
}

extension Trait where Self == ConditionTrait {
    /// Skips the test, saying why, where no libvirt daemon answers at `qemu:///system`; under `CI=true` that is a failure.
    package static var requiresLibvirt: Self {
        Requirement.trait("needs a libvirt daemon at \(LibvirtDaemon.system), such as Scripts/libvirtd starts") {
            await LibvirtDaemon.refusal(of: LibvirtDaemon.system)
        }
    }
}
