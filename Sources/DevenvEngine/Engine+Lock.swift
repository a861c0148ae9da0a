package import DevenvCatalogs
import DevenvDiagnostics
package import DevenvModel

extension Engine {
    /// What pins the boxes of these machines in the lock file: getting those that are in no store yet. Those that are pinned
    /// already stay as they are. Reads only.
    package func prepareLock(
        _ graph: MachineGraph, targets: [MachineName], provider: ProviderName?
    ) async throws(EngineError) -> Operation {
        let result = try await Preparation(
            components: components, store: store, graph: graph, supplying: .catalogs(locked: false)
        ).gather(targets, provider: provider, fingerprints: false)
        let lockFile = EnvfileLock.path(of: graph.envfile.path)
        return operation(graph, result, result.planner.boxes(), lockFile: lockFile) {
            () async throws(EngineError) in
            try await prepareLock(graph, targets: targets, provider: provider)
        }
    }

    /// Takes out of the lock file what no machine of the Envfile starts from any more; gives what that was.
    package func dropUnusedPins(_ graph: MachineGraph) async throws(EngineError) -> [LockedBox] {
        let wishes = Set(
            graph.machines.compactMap { $0.box?.value }.map { [$0.nameInStore, $0.constraint?.description] })
        do throws(CatalogError) {
            return try await EnvfileLock.drop(in: EnvfileLock.path(of: graph.envfile.path), of: components.host) {
                !wishes.contains([$0.name, $0.constraint])
            }
        } catch { throw .catalog(error) }
    }
}
