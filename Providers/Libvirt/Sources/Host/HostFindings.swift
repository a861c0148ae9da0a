package import DevenvHost
package import DevenvPluginAPI

/// Whether machines can be made on this host, why not, and what mends it: what `devenv doctor` shows. Changes nothing but
/// what the probe of KVM keeps.
package struct HostFindings: Sendable {
    let directories: HostDirectories
    let environment: [String: String]
    let probe: AcceleratorProbe

    /// Looks at the host of a user with these directories and this environment.
    package init(directories: HostDirectories, environment: [String: String]) {
        self.directories = directories
        self.environment = environment
        probe = AcceleratorProbe(directories: directories)
    }

    /// Everything that was found, for the daemon that machines without the option `uri` have.
    package func all() async -> [Finding] {
        let choice = URIChoice.choose(option: nil, environment: environment)
        do {
            let connection = try await LibvirtConnection.open(choice.uri.description)
            var findings = [try await answer(of: connection, choice)]
            findings += await machineFindings(connection, choice.uri)
            findings += try await storageFindings(connection, choice.uri)
            return findings + NetworkTools.findings(choice.uri, version: try await connection.daemonVersion())
                + toolFindings
        } catch {
            return [DaemonTrouble.finding(error, choice)] + toolFindings
        }
    }

    private func answer(of connection: LibvirtConnection, _ choice: URIChoice) async throws(LibvirtError) -> Finding {
        let daemon = try await connection.daemonVersion()
        let hypervisor = try await connection.hypervisorVersion()
        let name = choice.uri.driver == "qemu" ? "QEMU" : choice.uri.driver
        let versions = "libvirt \(Self.text(daemon)) with \(name) \(Self.text(hypervisor))"
        return Finding(.fine, "\(versions) answers at \(choice.uri), \(choice.words)")
    }

    /// The numbers that libvirt packs into one.
    static func text(_ version: Int) -> String {
        "\(version / 1_000_000).\(version / 1_000 % 1_000).\(version % 1_000)"
    }

    /// Programs that devenv itself calls on this host.
    private var toolFindings: [Finding] {
        [("qemu-img", "qemu-utils"), ("xorriso", "xorriso")].map { tool, package in
            ToolPath.find(tool) == nil
                ? Finding(.problem, "'\(tool)' is not installed", cure: "apt-get install \(package)")
                : Finding(.fine, "'\(tool)' is installed")
        }
    }
}
