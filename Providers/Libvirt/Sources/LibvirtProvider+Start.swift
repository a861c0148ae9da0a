import DevenvHost
import DevenvModel
package import DevenvPluginAPI
import SystemPackage

extension LibvirtProvider {
    /// Starts the machine with its networks and forwards, or puts right what is missing around a running one.
    package func start(_ request: MachineRequest) async throws(ProviderError) -> ProviderRecord {
        let attempt = attempt(request.recorded, "starting")
        let place = place(of: request.recorded)
        let connection = try await connection(to: place, attempt)
        guard let id = request.identity.domain else { throw .invalidRequest("\(attempt): it has no proper id") }
        let info = try await domain(id, connection, attempt)
        if let info, info.observedState != .stopped {
            try await resurround(request, connection, attempt)
            if info.observedState == .suspended {
                try await ProviderError.libvirt(attempt) { () async throws(LibvirtError) in
                    try await wake(info, connection)
                }
            }
            return place.record
        }
        try await boot(request, id, at: place, connection)
        return place.record
    }

    /// Forwards come before the machine itself: a port that is taken is then known before anything runs.
    private func boot(
        _ request: MachineRequest, _ id: DomainID, at place: LibvirtRecord, _ connection: LibvirtConnection
    ) async throws(ProviderError) {
        let attempt = attempt(request.recorded, "starting")
        async let networks = outcome { () async throws(ProviderError) in
            try await self.networks(connection).establish(for: request)
        }
        let described = await outcome { () async throws(ProviderError) in
            try await describe(request, at: place, connection)
        }
        try await networks.get()
        try described.get()
        FaultPoint.reach("libvirt.start.described")
        try ProviderError.checkCancellation(attempt)
        try await forward(request, connection)
        FaultPoint.reach("libvirt.start.forwarded")
        do throws(ProviderError) {
            try await ProviderError.libvirt(attempt) { () async throws(LibvirtError) in try await connection.start(id) }
        } catch {
            try? await forwards.take(downOf: request.identity)  // the error that led here is the one to report
            throw error
        }
        FaultPoint.reach("libvirt.start.started")
    }

    /// Applies what can be changed while the machine runs: forwards and names.
    package func update(_ request: MachineRequest) async throws(ProviderError) -> ProviderRecord {
        let attempt = attempt(request.recorded, "changing")
        let (connection, info) = try await existing(request.recorded, attempt)
        guard info.isActive else { return place(of: request.recorded).record }
        try await resurround(request, connection, attempt)
        return place(of: request.recorded).record
    }

    /// Puts right what a machine that runs, or is about to go on, has around it.
    private func resurround(_ request: MachineRequest, _ connection: LibvirtConnection, _ attempt: String)
        async throws(ProviderError)
    {
        guard let id = request.identity.domain else { return }
        try await networks(connection).establish(for: request)
        try await networks(connection).reconnect(id)
        FaultPoint.reach("libvirt.start.repaired")
        try await forward(request, connection)
        let mark = MachineMark(of: request, isSession: place(of: request.recorded).scope == .session)
        try await ProviderError.libvirt(attempt) { () async throws(LibvirtError) in
            let known = try await connection.domainMetadata(id).flatMap { MachineMark($0) }
            if known != mark { try await connection.setDomainMetadata(id, mark.bare) }
        }
    }

    private func forward(_ request: MachineRequest, _ connection: LibvirtConnection) async throws(ProviderError) {
        guard let address = request.spec.interfaces.first?.address else { return }
        try await forwards.bring(request.forwards, to: address, of: request.identity)
    }

    /// Gives a machine that goes on what its mark says it has around it.
    func surround(_ mark: MachineMark?, of machine: RecordedMachine, _ connection: LibvirtConnection)
        async throws(ProviderError)
    {
        guard let mark, let id = machine.identity.domain else { return }
        try await networks(connection).activate(mark.networks, of: machine.identity)
        try await networks(connection).reconnect(id)
        guard let address = mark.address else { return }
        try await forwards.bring(mark.forwards, to: address, of: machine.identity)
    }
}
