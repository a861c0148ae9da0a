import DevenvHost
import DevenvPluginAPI
import DevenvState

extension StepRunner {
    /// Has the provider do what it does to a machine once it has answered, and notes of which start that was.
    func customize(_ machine: Wanted) async throws {
        var record = try record(of: machine.name)
        connections.forget(machine.name)
        try await machine.provider.becameReachable(try await request(machine, record))
        FaultPoint.reach("engine.customize.made")
        record.customizedStart = record.starts
        try store.save(record, durable: false)
    }
}
