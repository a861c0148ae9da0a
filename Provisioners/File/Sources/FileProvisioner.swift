package import DevenvDiagnostics
import DevenvGuest
import DevenvHost
package import DevenvModel
package import DevenvPluginAPI
import SystemPackage

/// Sends files and directories of the project to a machine: `file` items.
package struct FileProvisioner: Provisioner {
    /// `file`.
    package let kind = "file"

    /// Makes a provisioner.
    package init() {}

    /// What is wrong with the options, and a source that is missing.
    package func validate(_ item: ProvisionerSpec, in project: ProvisionerProject) -> [Diagnostic] {
        let options = FileOptions(item)
        guard let source = options.source else { return options.diagnostics }
        do throws(ProvisionerError) {
            _ = try FileSource(source.value, in: project)
            return options.diagnostics
        } catch {
            return options.diagnostics + [.error(error.message, at: source.location, help: error.help)]
        }
    }

    /// None.
    package func secrets(usedBy item: ProvisionerSpec) -> Set<String> { [] }

    /// The parts `file …` or `directory …` (names, contents, modes, links), `target` and `ownership`.
    package func fingerprint(_ item: ProvisionerSpec, in project: ProvisionerProject) async throws(ProvisionerError)
        -> ProvisionerFingerprint
    {
        let (options, written, target) = try Self.checked(item)
        let source = try FileSource(written, in: project)
        let digest = try await TreeDigest.digest(of: source.path)
        let ownership = [options.owner, options.group, options.mode.map { String($0, radix: 8) }].map { $0 ?? "" }
        return ProvisionerFingerprint(parts: [
            "\(source.kind == .file ? "file" : "directory") \(written)": digest,
            "target": TreeDigest.digest(of: [target]), "ownership": TreeDigest.digest(of: ownership),
        ])
    }

    /// Asks for what is there already, in one round trip, and sends the rest as one stream over one command. What is put in place
    /// has arrived as a whole.
    package func run(_ item: ProvisionerSpec, on communicator: any Communicator, context: ProvisionerContext)
        async throws(ProvisionerError)
    {
        let (options, written, target) = try Self.checked(item)
        let source = try FileSource(written, in: context.project)
        let tree = try await SourceTree(source)
        var installation = FileInstallation(
            kind: source.kind, name: source.name, target: target, ownership: options.ownership,
            modes: options.mode.map { ($0, options.directoryMode ?? $0) }, endMark: "")
        let names = tree.members.filter { ($0.size != nil || $0.isDirectory) && GuestListing.canTell($0.name) }.map(
            \.name)
        let listing = await GuestListing.ask(names, installation, on: communicator, timeout: item.timeout)
        let members = FileDifference(
            tree: tree, listing: listing,
            permissions: options.mode.map { (UInt32($0), UInt32(options.directoryMode ?? $0)) },
            owners: [options.owner, options.group]
        ).members
        guard !members.isEmpty else { return }
        let transfer = FileTransfer(
            source: source, members: members, timeout: item.timeout, attempt: "sending '\(written)' to '\(target)'")
        try await transfer.run(on: communicator) { endMark in
            installation.endMark = endMark
            return installation
        }
    }

    private static func checked(_ item: ProvisionerSpec) throws(ProvisionerError) -> (
        options: FileOptions, source: String, target: String
    ) {
        let options = FileOptions(item)
        let fault = options.diagnostics.first { $0.severity == .error }
        guard fault == nil, let source = options.source, let target = options.target else {
            throw ProvisionerError(
                "reading the options of '\(item.name.value)': \(fault?.message ?? "it is incomplete")",
                help: fault?.help)
        }
        return (options, source.value, target.value)
    }
}

extension FileOptions {
    /// As chown takes it.
    fileprivate var ownership: String? {
        guard owner != nil || group != nil else { return nil }
        return (owner ?? "") + (group.map { ":\($0)" } ?? "")
    }
}
