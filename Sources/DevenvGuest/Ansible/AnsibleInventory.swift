package import DevenvModel
package import DevenvPluginAPI

/// Ansible's inventory of a project, as the JSON that its YAML plugin reads.
package enum AnsibleInventory {
    /// The inventory of some machines, each with variables, and of their groups. What is not among them is not reached at all, so
    /// that no name is looked up anywhere else.
    package static func text(
        of project: ProvisionerProject, variables: [MachineName: [(name: String, value: String)]]
    ) -> String {
        let machines = project.machines.filter { variables[$0.name] != nil }
        let hosts = machines.map { machine in
            let entries = (variables[machine.name] ?? []).map { entry($0.name, OptionValue.quoted($0.value)) }
            return entry(machine.name.rawValue, object(entries))
        }
        var members: [String: [String]] = [:]
        for machine in machines {
            // these two are Ansible's own
            for group in machine.groups where group != "all" && group != "ungrouped" {
                members[group, default: []].append(entry(machine.name.rawValue, "{}"))
            }
        }
        let groups = members.sorted { $0.key < $1.key }.map { name, hosts in
            entry(name, object([entry("hosts", object(hosts))]))
        }
        return object([entry("all", object([entry("hosts", object(hosts)), entry("children", object(groups))]))])
    }

    private static func entry(_ key: String, _ value: String) -> String { "\(OptionValue.quoted(key)): \(value)" }
    private static func object(_ entries: [String]) -> String { "{\(entries.joined(separator: ", "))}" }
}
