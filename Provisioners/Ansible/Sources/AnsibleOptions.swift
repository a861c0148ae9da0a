import DevenvDiagnostics
import DevenvGuest
import DevenvModel
import DevenvPluginAPI

/// The options of an `ansible` item, decoded.
struct AnsibleOptions {
    /// What is said of the playbook.
    let playbook: PlaybookOptions
    /// Which machines are meant, as Ansible's patterns; nil for the item's own machine.
    let limit: String?
    /// Whether every task becomes root.
    let becomesRoot: Bool
    /// What is wrong with the options by themselves.
    let diagnostics: [Diagnostic]

    /// Decodes the options of an item.
    init(_ item: ProvisionerSpec) {
        var reader = OptionReader(item.options, of: "the ansible options")
        playbook = PlaybookOptions(&reader, of: item)
        limit = reader.strings("limit").map { $0.map(\.value).joined(separator: ",") }
        becomesRoot = reader.boolean("become") ?? false
        diagnostics = reader.finish()
    }
}
