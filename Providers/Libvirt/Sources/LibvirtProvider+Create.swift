import DevenvHost
import DevenvModel
package import DevenvPluginAPI
import SystemPackage

extension LibvirtProvider {
    /// Makes the machine's disks and describes it to libvirt.
    package func create(_ request: MachineRequest) async throws(ProviderError) -> ProviderRecord {
        let attempt = attempt(request.recorded, "making")
        // what was begun is where it was begun, whatever the options and the environment say now
        let place = LibvirtRecord(request.record) ?? claimedPlace(request)
        let connection = try await connection(to: place, attempt)
        if let id = request.identity.domain, let info = try await domain(id, connection, attempt), info.isActive {
            return place.record
        }
        try await describe(request, at: place, connection)
        return place.record
    }

    /// Completes the disks and describes the machine to libvirt as it is wanted now. Only for one that does not run.
    func describe(_ request: MachineRequest, at place: LibvirtRecord, _ connection: LibvirtConnection)
        async throws(ProviderError)
    {
        let attempt = attempt(request.recorded, "making")
        let options = options(of: request)
        async let abilities = outcome { () async throws(ProviderError) in
            try await hostAbilities(for: options, connection)
        }
        let seed = Seed(request: request, scope: place.scope)
        let plan = DiskPlan(request, options: options, seed: seed)
        var files = try await storage(at: place, connection).prepare(plan)
        FaultPoint.reach("libvirt.create.volumes")
        try ProviderError.checkCancellation(attempt)
        // only a daemon of this host can write a console into a directory of this host
        if PoolReach(uri: place.uri) == .files { files.console = ConsoleLog.path(in: request.logDirectory) }
        if place.scope == .session { try await prepareSession(&files, request, connection) }
        let host = try await abilities.get()
        let xml = try DomainDescription(request: request, options: options, host: host, files: files).xml
        try await ProviderError.libvirt(attempt) { () async throws(LibvirtError) in
            let id = try await connection.define(xml)
            FaultPoint.reach("libvirt.create.defined")
            if options.autostarts { try await connection.setAutostart(id, true) }
        }
    }
}

/// The result of something as a value, so that several can run side by side and keep their typed errors.
func outcome<Value: Sendable>(_ body: () async throws(ProviderError) -> Value) async -> Result<Value, ProviderError> {
    do { return .success(try await body()) } catch { return .failure(error) }
}
