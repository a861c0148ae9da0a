import DevenvDiagnostics
import DevenvEngine
import DevenvModel
import DevenvPluginAPI
import DevenvState
import SystemPackage
import Testing

/// Machines in every condition that a planner can meet them in.
enum PlanFixture {
    static let provider = ProviderName(unchecked: "container")

    static func name(_ text: String) -> MachineName { MachineName(unchecked: text) }

    /// A machine that waits for others.
    static func machine(
        _ name: String, after dependencies: [(String, DependencyCondition)] = [], provisioners: [ProvisionerSpec] = [],
        ready: [ReadyCheck] = []
    ) -> MachineSpec {
        var spec = MachineSpec(name: Located(self.name(name)))
        spec.dependencies = dependencies.map { Dependency(on: Located($0.0), $0.1) }
        spec.provisioners = provisioners
        spec.readyChecks = ready
        return spec
    }

    static func shell(_ name: String, run: RunPolicy = .changed, after others: String...) -> ProvisionerSpec {
        ProvisionerSpec(
            name: Located(name), kind: Located("shell"), options: OptionTree(.string("true")), run: run,
            depends: others.map { Located($0) })
    }

    static func graph(_ machines: [MachineSpec]) throws -> MachineGraph {
        var envfile = Envfile(path: "/project/Envfile", name: ProjectName(unchecked: "project"))
        envfile.machines = machines
        var diagnostics: [Diagnostic] = []
        return try #require(MachineGraph.build(envfile, reporting: &diagnostics), "\(diagnostics)")
    }

    static func desired(
        _ spec: MachineSpec, memory: String = "512 MiB", box: String = "sha256:a", suspends: Bool = false
    ) -> DesiredMachine {
        DesiredMachine(
            spec: spec, provider: provider,
            features: ProviderFeatures(boxFormats: [.directories], suspends: suspends),
            settings: [
                MachineSetting("memory", memory, impact: .restart), MachineSetting("box", box, impact: .recreate),
                MachineSetting("forward", "8080", impact: .live),
            ],
            folders: Dictionary(uniqueKeysWithValues: spec.folders.map { ($0.target.string, "tree-1") }),
            provisioners: Dictionary(
                uniqueKeysWithValues: spec.provisioners.map {
                    ($0.name.value, ProvisionerFingerprint(parts: ["script": "digest-1"]))
                }))
    }

    /// The record of a machine that was made as it should be, with everything in it done.
    static func record(of machine: DesiredMachine) -> MachineRecord {
        let identity = MachineIdentity(
            project: ProjectID(unchecked: "0123456789abcdef"), machine: MachineID(unchecked: "aaaaaaaaaaaaaaaa"),
            projectName: ProjectName(unchecked: "project"), name: machine.spec.name.value)
        var record = MachineRecord(
            identity: identity, provider: provider, boxName: "debian/12", boxDigest: "sha256:a", user: "dev")
        record.phase = .created
        record.settings = machine.settings
        record.folders = machine.folders.mapValues { FolderSync(fingerprint: $0, memory: nil) }
        record.provisioners = machine.provisioners.mapValues {
            ProvisionerRun(fingerprint: $0, succeeded: true, exitStatus: 0, endedAt: 0, starts: 0)
        }
        record.isReady = true
        record.answeredStart = record.starts
        record.customizedStart = record.starts
        record.dependencies = machine.spec.dependencies.map { name($0.target.value) }
        return record
    }
}

extension Plan {
    /// The steps in order, as people read them.
    var lines: [String] { steps.map(\.id.description) }

    /// Why a step is done.
    func reasons(_ line: String) -> [String] { steps.first { $0.id.description == line }?.reasons ?? [] }

    /// What a step waits for.
    func predecessors(_ line: String) -> Set<String> {
        Set(steps.first { $0.id.description == line }?.predecessors.map(\.description) ?? [])
    }
}
