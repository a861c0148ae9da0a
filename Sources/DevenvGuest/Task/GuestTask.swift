import DevenvDiagnostics
package import DevenvHost
package import DevenvModel
package import DevenvPluginAPI

/// Something that a provisioner has root do in a machine: a script with the files, the programs and the variables that it needs.
package struct GuestTask: Sendable {
    /// The item that it is done for.
    package var item: ProvisionerSpec
    /// A POSIX shell's script. It starts in a private directory whose `tree` holds the project's files; `..` of its own working
    /// directory, which is that tree, holds the private ones.
    package var script: String
    /// Files of the project.
    package var files: GuestFiles
    /// Files that only its user may read, by their names.
    package var privateFiles: [(name: String, content: String)] = []
    /// Its variables.
    package var environment: [(name: String, value: String)] = []
    /// The programs that it needs.
    package var needs: [GuestNeed] = []
    /// Whether those that are missing are installed.
    package var installs = false

    /// Describes a task.
    package init(_ item: ProvisionerSpec, script: String, files: GuestFiles) {
        self.item = item
        self.script = script
        self.files = files
    }

    /// Does it. Throws unless the script ends with status 0. Whatever happens, nothing of devenv's own is left in the machine.
    package func run(
        on communicator: any Communicator, context: ProvisionerContext, tools: any ToolRunner = SystemToolRunner()
    ) async throws(ProvisionerError) {
        let archive = try await files.archive(by: tools)
        let preparation = installs ? needs.map(\.installation) : []
        var launch = GuestLaunch(
            script: (["cd \"${0%/*}/tree\" || exit"] + preparation + [script]).joined(separator: "\n"),
            files: privateFiles, tree: archive, needs: installs ? [] : needs)
        launch.environment = environment
        launch.interpreter = ["/bin/sh"]
        let outcome = await RemoteProgram(launch.text, asRoot: true, readsInput: !launch.data.isEmpty).run(
            on: communicator, input: .heldOpen(launch.data), timeout: item.timeout, output: context.output)
        try judge(outcome)
    }

    private var attempt: String { "running '\(item.name.value)'" }

    private func judge(_ outcome: RemoteProgramOutcome) throws(ProvisionerError) {
        switch outcome {
        case .ended(0, _): return
        case .ended(let status, _):
            throw ProvisionerError(
                "\(attempt): \(item.kind.value) failed with exit status \(status)", exitStatus: status)
        case .refused(let reason):
            let need = needs.first { $0.complaint == reason }
            throw ProvisionerError("\(attempt): \(reason)", help: need?.cure)
        case .notStarted(let exit, let complaint):
            throw ProvisionerError(
                "\(attempt) as root: \(complaint.isEmpty ? "the login shell ended with \(exit)" : complaint)",
                help: "let the user become root by sudo without a password (NOPASSWD)")
        case .brokenOff(let exit, _):
            throw ProvisionerError("\(attempt): something in the machine ended it (\(exit))")
        case .unreachable(let error, _): throw ProvisionerError(error, attempt)
        }
    }
}
