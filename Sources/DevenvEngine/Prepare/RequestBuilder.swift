import DevenvDiagnostics
import DevenvModel
import DevenvPluginAPI
import DevenvState
import SystemPackage

/// Builds what a provider is asked for.
enum RequestBuilder {
    /// A request that is good for `Provider.settings(of:)` and `claim(_:)` only: no id is given out and no key is made for it.
    static func forSettings(
        _ machine: MachineSpec, box: BoxImage, hosts: [HostEntry], record: MachineRecord?
    ) -> MachineRequest {
        let identity =
            record?.identity
            ?? MachineIdentity(
                project: ProjectID(unchecked: "0"), machine: MachineID(unchecked: "0"),
                projectName: ProjectName(unchecked: "none"),
                name: machine.name.value)
        let access = MachineAccess(
            user: user(of: machine, box), authorizedKeys: [], hostKey: Redacted(""), publicHostKey: "",
            port: machine.ssh.port)
        return MachineRequest(
            identity: identity, record: record?.recorded.record ?? [:],
            spec: machine.completed(by: box), box: box, access: access,
            hosts: hosts,
            forwards: forwards(of: machine, record), logDirectory: "/")
    }

    /// The user to log in as.
    static func user(of machine: MachineSpec, _ box: BoxImage) -> String { machine.ssh.user ?? box.user }

    /// The forwards as recorded where an automatic one has been given its port, as written otherwise.
    static func forwards(of machine: MachineSpec, _ record: MachineRecord?) -> [PortForward] {
        machine.forwards.map(\.value).map { forward in
            guard forward.isAutomatic else { return forward }
            return record?.forwards.first {
                $0.isAutomatic && $0.guest == forward.guest && $0.transport == forward.transport
            }
                ?? forward
        }
    }
}

extension MachineSpec {
    /// With what its box's makers gave its machines where the Envfile says nothing.
    func completed(by box: BoxImage) -> MachineSpec {
        var spec = self
        spec.memory = memory ?? box.defaults.memory
        spec.cpus = cpus ?? box.defaults.cpus
        return spec
    }
}
