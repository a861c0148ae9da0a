package import ArgumentParser
import DevenvEngine

/// Which provisioners run, where they are named.
package struct NamedProvisionOptions: ParsableArguments {
    /// Only these.
    @Option(
        name: .customLong("provision-with"),
        help: ArgumentHelp("Run only these provisioners, whether they changed or not.", valueName: "name,..."),
        completion: .provisioners)
    package var names: [String] = []

    /// Nothing given.
    package init() {}

    /// The names, also those with commas between them.
    var named: Set<String>? {
        let all = names.flatMap { $0.split(separator: ",") }.map(String.init)
        return all.isEmpty ? nil : Set(all)
    }
}

/// Which provisioners run, or none.
package struct ProvisionOptions: ParsableArguments {
    /// None.
    @Flag(name: .customLong("no-provision"), help: "Run no provisioners.")
    package var skip = false
    /// Only these.
    @OptionGroup package var only: NamedProvisionOptions

    /// Nothing given.
    package init() {}

    /// Refuses a contradiction.
    package func validate() throws {
        guard skip, !only.names.isEmpty else { return }
        throw ValidationError("--no-provision and --provision-with exclude each other")
    }

    /// What the engine is told.
    var provisioning: Provisioning { skip ? .none : only.named.map(Provisioning.named) ?? .due }
}
