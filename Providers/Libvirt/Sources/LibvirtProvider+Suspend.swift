import DevenvHost
import DevenvModel
package import DevenvPluginAPI

extension LibvirtProvider {
    /// Saves the machine's memory to the host's disk and ends its process, so that a reboot of the host loses nothing.
    package func suspend(_ machine: RecordedMachine) async throws(ProviderError) {
        let attempt = attempt(machine, "suspending")
        let (connection, info) = try await existing(machine, attempt)
        guard info.isActive else {
            if info.hasManagedSave { return }
            throw .invalidRequest("\(attempt): it does not run", help: "run 'devenv up'")
        }
        try await ProviderError.libvirt(attempt) { () async throws(LibvirtError) in
            try await connection.managedSave(info.id)
        }
        FaultPoint.reach("libvirt.suspend.saved")
        try await forwards.take(downOf: machine.identity)
    }

    /// Lets a suspended machine go on, with its networks and forwards.
    package func resume(_ machine: RecordedMachine) async throws(ProviderError) {
        let attempt = attempt(machine, "resuming")
        let (connection, info) = try await existing(machine, attempt)
        if info.observedState == .stopped {
            throw .invalidRequest("\(attempt): it is stopped", help: "run 'devenv up'")
        }
        let mark = try await mark(of: info.id, connection, attempt)
        try await surround(mark, of: machine, connection) { () async throws(ProviderError) in
            FaultPoint.reach("libvirt.resume.surrounded")
            guard info.observedState == .suspended else { return }
            try await ProviderError.libvirt(attempt) { () async throws(LibvirtError) in
                try await wake(info, connection)
            }
        }
    }

    /// The connection and the domain of a machine that must be there.
    func existing(_ machine: RecordedMachine, _ attempt: String) async throws(ProviderError)
        -> (LibvirtConnection, DomainInfo)
    {
        let connection = try await connection(to: place(of: machine), attempt)
        guard let id = machine.identity.domain, let info = try await domain(id, connection, attempt) else {
            throw .invalidRequest("\(attempt): it does not exist", help: "run 'devenv up'")
        }
        return (connection, info)
    }

    func mark(of id: DomainID, _ connection: LibvirtConnection, _ attempt: String) async throws(ProviderError)
        -> MachineMark?
    {
        try await ProviderError.libvirt(attempt) { () async throws(LibvirtError) in
            try await connection.domainMetadata(id).flatMap { MachineMark($0) }
        }
    }
}
