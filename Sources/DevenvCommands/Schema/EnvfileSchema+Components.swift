import DevenvDiagnostics
import DevenvEngine
import DevenvEnvfile
import DevenvModel
import DevenvPluginAPI
import SystemPackage

extension EnvfileSchema {
    /// The schema for a devenv that is put together so.
    init(_ components: EngineComponents) {
        let standard = EnvfileLoader.standardProviders.map { ($0, Shape.map(.open)) }
        let known = components.providers.map { ($0.name.rawValue, Self.shape(of: $0)) }
        let kinds = components.provisioners.map { ($0.kind, Self.shape(of: $0)) }
        self.init(
            providers: Dictionary(standard + known) { _, known in known },
            provisioners: Dictionary(kinds) { first, _ in first })
    }

    private static func shape(of provider: any Provider) -> Shape {
        let machine = MachineSpec(name: Located(MachineName(unchecked: "machine"), at: nil))
        return OptionShape.shape { _ = provider.validate(machine) }
    }

    private static func shape(of provisioner: any Provisioner) -> Shape {
        let project = ProvisionerProject(directory: FilePath("/"), secretNames: [])
        func problems(_ options: OptionTree.Value) -> Int {
            let item = ProvisionerSpec(
                name: Located("item", at: nil), kind: Located(provisioner.kind, at: nil),
                options: OptionTree(options, at: nil))
            return provisioner.validate(item, in: project).count
        }
        let map = OptionShape.shape { _ = problems(.map([])) }
        // some take a text alone
        return problems(.string("text")) == 0 ? .either([.text(.text), map]) : map
    }
}
