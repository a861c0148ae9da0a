import DevenvDiagnostics
import DevenvModel
import DevenvYAML
import SystemPackage

/// Makes a project of the merged tree of its files.
struct ProjectDecoder {
    private(set) var scope: Scope
    private(set) var book: AddressBook
    private let path: FilePath

    init(_ scope: Scope, path: FilePath, addresses: AddressBook) {
        self.scope = scope
        self.path = path
        book = addresses
    }

    /// The project; where there are errors, as much of it as could be understood.
    mutating func decode(_ root: YAMLNode) -> Envfile {
        let name = EnvfileKeys.decodeName(root, &scope)
        scope.values.projectName = name.rawValue
        EnvfileKeys.decodeVariables(root, &scope)
        if case .mapping(let secrets) = root["secrets"]?.content { scope.secretNames = Set(secrets.map(\.key.value)) }
        var draft = EnvfileKeys.Draft()
        EnvfileKeys.table.decode(root, "the Envfile", into: &draft, &scope)
        var envfile = Envfile(path: path, name: name)
        envfile.providers = draft.providers
        envfile.catalogs = draft.catalogs
        envfile.secrets = draft.secrets
        envfile.hooks = draft.hooks
        decodeMachines(draft, into: &envfile)
        return envfile
    }

    private mutating func decodeMachines(_ draft: EnvfileKeys.Draft, into envfile: inout Envfile) {
        if let defaults = draft.defaults { checkDefaults(defaults) }
        guard case .mapping(let entries) = draft.machines?.content else { return }
        if entries.isEmpty {
            scope.problems.error("there are no machines", at: draft.machines?.location)
        }
        var seeder = MachineSeeder(defaults: draft.defaults)
        for entry in entries { seeder.add(entry, &scope) }
        let seeds = seeder.seeds
        var assigner = AddressAssigner(draft.networks, book: book, seed: scope.directory.string)
        let machines = seeds.map { AddressAssigner.Machine(name: $0.name, attachments: $0.attachments) }
        let interfaces = assigner.assign(machines, &scope.problems)
        book = assigner.book
        envfile.networks = assigner.networks
        let drafts = zip(seeds, interfaces).map { machine($0, interfaces: $1) }
        MachineChecks.check(drafts, &scope.problems)
        envfile.machines = drafts.map { draft in
            var machine = draft.spec
            if machine.providers.isEmpty { machine.providers = envfile.providers }
            return machine
        }
    }

    /// Decodes the defaults for what is wrong with them, as every machine may override them.
    private mutating func checkDefaults(_ node: YAMLNode) {
        let name = MachineName(unchecked: "defaults")
        let seed = MachineSeed(
            name: Located(name, at: node.location), family: name.rawValue, index: 1, node: node, attachments: [])
        scope.values.machine = Interpolation.Machine(name: name.rawValue, index: 1, address: nil)
        _ = MachineSeeder.attachments(of: node, &scope)
        if let count = node["count"], !count.isNull { _ = MachineKeys.count.decode(count, "count", &scope) }
        _ = machine(seed, interfaces: [])
    }

    private mutating func machine(_ seed: MachineSeed, interfaces: [NetworkInterface]) -> MachineKeys.Draft {
        // Without an address there is an error already; any will do to look for more
        let address = interfaces.first?.address ?? .loopback
        scope.values.machine = Interpolation.Machine(
            name: seed.name.value.rawValue, index: seed.index, address: address.description)
        defer { scope.values.machine = nil }
        var draft = MachineKeys.Draft(spec: MachineSpec(name: seed.name, family: seed.family, index: seed.index))
        draft.spec.attachments = seed.attachments
        draft.spec.interfaces = interfaces
        MachineKeys.table.decode(seed.node, seed.family, into: &draft, &scope)
        draft.spec.hostname = draft.hostname?.value ?? seed.name.value.rawValue
        draft.spec.isPrimary = draft.primary?.value ?? false
        return draft
    }
}
