package import DevenvDiagnostics
import DevenvGuest
package import DevenvHost
package import DevenvModel
package import DevenvPluginAPI
import SystemPackage

/// Runs scripts in a machine: `shell` items.
package struct ShellProvisioner: Provisioner {
    /// `shell`.
    package let kind = "shell"
    private let tools: any ToolRunner
    private let patience: RebootPatience

    /// Makes a provisioner.
    package init(tools: any ToolRunner = SystemToolRunner()) {
        self.init(tools: tools, patience: RebootPatience())
    }

    /// Makes a provisioner that waits for restarts as told.
    init(tools: any ToolRunner, patience: RebootPatience) {
        self.tools = tools
        self.patience = patience
    }

    /// What is wrong with the options, the script's file and its first line, and the names of its secrets.
    package func validate(_ item: ProvisionerSpec, in project: ProvisionerProject) -> [Diagnostic] {
        let options = ShellOptions(item)
        return options.diagnostics + ShellInspection(options: options, project: project).diagnostics
    }

    /// The names behind `secret:` in arguments and environment.
    package func secrets(usedBy item: ProvisionerSpec) -> Set<String> {
        let options = ShellOptions(item)
        return Set((options.arguments + options.environment.map(\.value)).compactMap(\.value.secretName))
    }

    /// The parts `script …`, `arguments`, `environment` and `options`.
    package func fingerprint(_ item: ProvisionerSpec, in project: ProvisionerProject) async throws(ProvisionerError)
        -> ProvisionerFingerprint
    {
        try ShellFingerprint.make(Self.checked(item), in: project)
    }

    /// Runs the script. A connection that breaks is a failure, unless the item may restart the machine and it did.
    package func run(_ item: ProvisionerSpec, on communicator: any Communicator, context: ProvisionerContext)
        async throws(ProvisionerError)
    {
        let options = try Self.checked(item)
        guard let script = options.script?.value else { throw Self.unusable(item) }
        let content = try await ScriptSource(tools: tools, project: context.project).content(of: script)
        let launch = try Self.launch(options, content, context)
        let output = options.isSensitive ? Self.discard : context.output
        let restart = RestartWait(communicator: communicator, patience: patience, limit: item.timeout)
        let boot = options.mayReboot ? await restart.currentBoot() : nil
        let program = RemoteProgram(
            launch.text, asRoot: options.isPrivileged, readsInput: !launch.data.isEmpty)
        let outcome = await program.run(
            on: communicator, input: .heldOpen(launch.data), timeout: item.timeout, output: output)
        let verdict = ShellVerdict(
            item: item, options: options, interpreter: Shebang(content).interpreter, boot: boot)
        try await verdict.judge(outcome, restart: restart)
    }

    private static let discard: OutputHandler = { _, _ in }

    private static func checked(_ item: ProvisionerSpec) throws(ProvisionerError) -> ShellOptions {
        let options = ShellOptions(item)
        try item.requireNoMistake(in: options.diagnostics)
        return options
    }

    private static func unusable(_ item: ProvisionerSpec) -> ProvisionerError {
        ProvisionerError("running '\(item.name.value)': it has no script")
    }

    private static func launch(_ options: ShellOptions, _ content: [UInt8], _ context: ProvisionerContext)
        throws(ProvisionerError) -> GuestLaunch
    {
        var arguments: [String] = []
        for argument in options.arguments { arguments.append(try value(argument.value, context)) }
        var environment: [(name: String, value: String)] = []
        for (name, variable) in options.environment { environment.append((name, try value(variable.value, context))) }
        var launch = GuestLaunch(script: content)
        launch.arguments = arguments
        launch.environment = environment
        launch.interpreter = Shebang(content).interpreter == nil ? options.interpreter ?? ["/bin/sh"] : []
        return launch
    }

    private static func value(_ value: ScriptValue, _ context: ProvisionerContext) throws(ProvisionerError) -> String {
        guard let text = value.resolved(context.secrets) else {
            throw ProvisionerError("reading '\(value.written)': there is no such secret")
        }
        guard let fault = ScriptValue.fault(of: text) else { return text }
        throw ProvisionerError("handing '\(value.written)' to the script: it \(fault)")
    }
}
