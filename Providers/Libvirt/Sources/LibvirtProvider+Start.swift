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
            try await resurround(request, info, connection, attempt)
            return place.record
        }
        try await snapshots(connection).settle(request.identity)
        try await boot(request, id, at: place, connection)
        return place.record
    }

    /// Forwards come before the machine itself: a port that is taken is then known before anything runs.
    private func boot(
        _ request: MachineRequest, _ id: DomainID, at place: LibvirtRecord, _ connection: LibvirtConnection
    ) async throws(ProviderError) {
        let attempt = attempt(request.recorded, "starting")
        try await describe(request, at: place, connection)
        FaultPoint.reach("libvirt.start.described")
        try ProviderError.checkCancellation(attempt)
        let mark = MachineMark(of: request, isSession: place.scope == .session)
        let wiring = wiring(mark, of: request, at: place, connection)
        try await wiring.prepare()
        FaultPoint.reach("libvirt.start.wired")
        do throws(ProviderError) {
            try await ProviderError.libvirt(attempt) { () async throws(LibvirtError) in try await connection.start(id) }
            FaultPoint.reach("libvirt.start.started")
            try await wiring.complete(id)
        } catch {
            await wiring.abandon(id)
            throw error
        }
    }

    /// Applies what can be changed while the machine runs: forwards and names.
    package func update(_ request: MachineRequest) async throws(ProviderError) -> ProviderRecord {
        let attempt = attempt(request.recorded, "changing")
        let (connection, info) = try await existing(request.recorded, attempt)
        if info.isActive { try await resurround(request, info, connection, attempt) }
        return place(of: request.recorded).record
    }

    /// Puts right what a machine that runs has around it; one that is suspended goes on.
    private func resurround(
        _ request: MachineRequest, _ info: DomainInfo, _ connection: LibvirtConnection, _ attempt: String
    ) async throws(ProviderError) {
        let place = place(of: request.recorded)
        let autostarts = options(of: request).autostarts
        let known = try await mark(of: info.id, connection, attempt)
        var mark = MachineMark(of: request, isSession: place.scope == .session, sshPort: known?.sshPort)
        mark.foundAddress = known?.foundAddress
        let wanted = mark
        let wiring = wiring(wanted, of: request, at: place, connection)
        try await wiring.prepare()
        FaultPoint.reach("libvirt.start.repaired")
        try await ProviderError.libvirt(attempt) { () async throws(LibvirtError) in
            if known != wanted { try await connection.setDomainMetadata(info.id, wanted.bare) }
            try await connection.setAutostart(info.id, autostarts)
            if info.observedState == .suspended { try await wake(info, connection) }
        }
        try await wiring.complete(info.id)
    }

    /// Gives a machine that goes on what its mark says it has around it; `goOn` lets it.
    func surround(
        _ mark: MachineMark?, of machine: RecordedMachine, _ connection: LibvirtConnection,
        goOn: () async throws(ProviderError) -> Void
    ) async throws(ProviderError) {
        guard let mark, let id = machine.identity.domain else { return try await goOn() }
        let wiring = Wiring(
            mark: mark, identity: machine.identity, place: place(of: machine), connection: connection,
            networks: networks(connection), supervisor: forwards, request: nil)
        try await wiring.prepare()
        try await goOn()
        try await wiring.complete(id)
    }

    private func wiring(
        _ mark: MachineMark, of request: MachineRequest, at place: LibvirtRecord, _ connection: LibvirtConnection
    ) -> Wiring {
        Wiring(
            mark: mark, identity: request.identity, place: place, connection: connection,
            networks: networks(connection), supervisor: forwards, request: request)
    }
}
