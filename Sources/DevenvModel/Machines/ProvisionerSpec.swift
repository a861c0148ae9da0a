package import DevenvDiagnostics

/// When a provisioner runs.
package enum RunPolicy: String, Sendable, Codable, CaseIterable {
    /// When it has not run, has failed, or something that it rests on has changed.
    case changed
    /// As `changed`, and whenever the machine has been started since it last ran: for what has to be started in a machine
    /// without a service manager.
    case boot
    /// Until it has succeeded once.
    case once
    /// At every `up` and `provision`.
    case always
    /// Only when named.
    case never
}

/// One item of a machine's `provision` list.
package struct ProvisionerSpec: Sendable {
    /// Its name, unique within the machine: the one written, or its kind and place in the list (`shell-2`).
    package let name: Located<String>
    /// The provisioner that carries it out, such as `shell`.
    package let kind: Located<String>
    /// The provisioner's options, which it decodes itself.
    package let options: OptionTree
    /// When it runs.
    package let run: RunPolicy
    /// Names of items of the same machine that must have run before it, besides those above it.
    package let depends: [Located<String>]
    /// How long it may take.
    package let timeout: Duration?

    /// Makes an item.
    package init(
        name: Located<String>, kind: Located<String>, options: OptionTree, run: RunPolicy = .changed,
        depends: [Located<String>] = [], timeout: Duration? = nil
    ) {
        self.name = name
        self.kind = kind
        self.options = options
        self.run = run
        self.depends = depends
        self.timeout = timeout
    }
}
