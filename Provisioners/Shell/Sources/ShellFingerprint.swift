import DevenvCrypto
import DevenvDiagnostics
import DevenvPluginAPI

/// What a run of a script rests on.
enum ShellFingerprint {
    /// The parts of decoded options; reads the script's file.
    static func make(_ options: ShellOptions, in project: ProvisionerProject) throws(ProvisionerError)
        -> ProvisionerFingerprint
    {
        var parts: [String: String] = [:]
        switch options.script?.value {
        case .inline(let text): parts["script"] = SHA256.hexadecimal(of: Array(text.utf8))
        case .file(let path):
            parts["script \(path)"] = SHA256.hexadecimal(of: try ScriptSource.read(path, in: project))
        case .download(let url, let digest): parts["script \(url)"] = digest
        case nil: break
        }
        parts["arguments"] = digest(options.arguments.map(\.value.written))
        let variables = options.environment.sorted { $0.name < $1.name }
        parts["environment"] = digest(variables.flatMap { [$0.name, $0.value.value.written] })
        let flags = ["privileged \(options.isPrivileged)", "reboot \(options.mayReboot)"]
        parts["options"] = digest(flags + (options.interpreter ?? []))
        return ProvisionerFingerprint(parts: parts)
    }

    private static func digest(_ fields: [String]) -> String {
        var hash = SHA256()
        for field in fields { hash.update(field: field) }
        return hash.hexadecimal()
    }
}
