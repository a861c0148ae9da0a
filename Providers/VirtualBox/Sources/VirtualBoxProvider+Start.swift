import DevenvHost
import DevenvModel
package import DevenvPluginAPI

extension VirtualBoxProvider {
    /// Starts the machine with its forwards, or puts right what is missing around a running one.
    package func start(_ request: MachineRequest) async throws(ProviderError) -> ProviderRecord {
        let attempt = attempt(request.recorded, "starting")
        let manage = manage(request.recorded)
        let report = try await startable(request, manage, attempt)
        let starting = try await starting(request, report, manage, attempt)
        let port = report.state.observed == .stopped ? try await starting.boot() : try await starting.goOn()
        let settings = Self.content(of: places(of: request.recorded).settings(of: request.identity))
        await memory.note(ProviderMemory.Start(loginPort: port, settings: settings), of: report.id)
        return VBoxHome(request.record).record
    }

    /// The machine as it is, or was a moment ago. Of one that was just made it is known, but for its disks.
    private func startable(
        _ request: MachineRequest, _ manage: VBoxManage, _ attempt: String
    ) async throws(ProviderError) -> MachineReport {
        let id = try id(of: request.recorded, attempt)
        let glance = await memory.glance(at: id)
        guard await memory.touch(id), request.spec.disk == nil else {
            if let glance { return glance }
            return try await existing(request.recorded, manage, attempt)
        }
        return MachineReport(fresh: id, request.identity, in: places(of: request.recorded))
    }

    /// The calls that the Envfile asks for once the machine has answered.
    package func tasksOnceReachable(of request: MachineRequest) -> [String] {
        options(of: request).customizations.filter { $0.event == .afterAnswer }.map(\.description)
    }

    /// Makes them.
    package func becameReachable(_ request: MachineRequest) async throws(ProviderError) {
        let attempt = attempt(request.recorded, "customizing")
        let id = try id(of: request.recorded, attempt)
        await memory.touch(id)
        try await options(of: request).customizations.make(
            at: .afterAnswer, of: id, manage(request.recorded), attempt)
    }

    /// Applies what can be changed while the machine runs: forwards.
    package func update(_ request: MachineRequest) async throws(ProviderError) -> ProviderRecord {
        let attempt = attempt(request.recorded, "changing")
        let manage = manage(request.recorded)
        let report = try await existing(request.recorded, manage, attempt)
        await memory.touch(report.id)
        if report.state.isActive { _ = try await starting(request, report, manage, attempt).goOn() }
        return VBoxHome(request.record).record
    }

    private func starting(
        _ request: MachineRequest, _ report: MachineReport, _ manage: VBoxManage, _ attempt: String
    ) async throws(ProviderError) -> MachineStart {
        let blueprint = Blueprint(
            request: request, options: options(of: request), appliance: try Appliance.read(request.box))
        return MachineStart(
            manage: manage, version: try await version(manage, attempt), blueprint: blueprint, report: report,
            networks: networks(of: request.recorded, manage, attempt), attempt: attempt)
    }
}
