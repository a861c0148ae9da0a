import DevenvDiagnostics
import DevenvModel
import DevenvPluginAPI

/// Works out what folders and provisioners rest on now, all at once; what several machines share only once.
struct Fingerprints: Sendable {
    private let components: EngineComponents
    private let project: ProvisionerProject

    init(_ components: EngineComponents, _ project: ProvisionerProject) {
        self.components = components
        self.project = project
    }

    /// Adds the fingerprints to the machines.
    func complete(_ machines: inout [MachineName: MachineContext]) async throws(EngineError) {
        let all = machines
        let results = await withTaskGroup(of: (MachineName, Result<DesiredMachine, EngineError>).self) { group in
            for (name, context) in all {
                guard let desired = context.desired else { continue }
                group.addTask { (name, await self.completed(desired)) }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        for (name, result) in results {
            guard let context = machines[name] else { continue }
            machines[name] = MachineContext(
                provider: context.provider, desired: try result.get(), box: context.box, pin: context.pin,
                hosts: context.hosts,
                dependencies: context.dependencies, bootTimeout: context.bootTimeout)
        }
    }

    private func completed(_ machine: DesiredMachine) async -> Result<DesiredMachine, EngineError> {
        do throws(EngineError) {
            var machine = machine
            for folder in machine.spec.folders {
                machine.folders[folder.target.string] = try await fingerprint(folder)
            }
            for item in machine.spec.provisioners {
                machine.provisioners[item.name.value] = try await fingerprint(item)
            }
            return .success(machine)
        } catch {
            return .failure(error)
        }
    }

    private func fingerprint(_ folder: SyncedFolder) async throws(EngineError) -> String {
        do throws(SyncError) { return try await components.synchronizer.fingerprint(folder) } catch {
            throw EngineError(error.isCancellation ? .cancelled : .failed, error.message, help: error.help)
        }
    }

    private func fingerprint(_ item: ProvisionerSpec) async throws(EngineError) -> ProvisionerFingerprint {
        guard let provisioner = components.provisioner(item.kind.value) else {
            throw EngineError(.failed, "there is no provisioner '\(item.kind.value)'")
        }
        do throws(ProvisionerError) { return try await provisioner.fingerprint(item, in: project) } catch {
            throw EngineError(error.isCancellation ? .cancelled : .failed, error.message, help: error.help)
        }
    }
}
