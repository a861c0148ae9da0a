package import DevenvDiagnostics
package import DevenvModel
package import DevenvPluginAPI

/// What an engine for containers is to have and to run: the options of `docker` and `podman` items, decoded.
package struct EngineOptions: Sendable {
    /// Whether the engine is installed where it is missing.
    let installs: Bool
    /// Images that are pulled where they are not there.
    let pulled: [String]
    /// Images by their names with the directories of the project that they are built from.
    let built: [(image: String, directory: Located<String>)]
    /// The containers.
    let containers: [ContainerOptions]
    /// What is wrong with the options by themselves.
    package let diagnostics: [Diagnostic]

    /// Decodes the options of an item.
    package init(_ item: ProvisionerSpec) {
        var reader = OptionReader(item.options, of: "the \(item.kind.value) options")
        installs = reader.boolean("install") ?? false
        pulled = (reader.strings("pull") ?? []).map(\.value)
        built = (reader.stringMap("build") ?? []).compactMap { entry in
            ProjectPath.checked(entry.value, "build", &reader).map { (entry.key.value, $0) }
        }
        containers = reader.objects("containers", of: { "the options of the container '\($0)'" }) { name, reader in
            ContainerOptions(name, &reader)
        }
        diagnostics = reader.finish()
    }

    /// What is missing in the project.
    package func missing(in project: ProvisionerProject) -> [Diagnostic] {
        ProjectPath.missing(built.map(\.directory), in: project)
    }

    /// The names of the secrets that containers are given.
    package var secrets: Set<String> {
        Set(containers.flatMap(\.secrets).map { String($0.value.dropFirst("secret:".count)) })
    }

    /// The files that images are built from.
    func files(of project: ProvisionerProject) -> GuestFiles {
        GuestFiles(Set(built.map(\.directory.value)).sorted(), of: project)
    }

    /// The parts `image …` for those that are built, `container …`, and `options`.
    package func fingerprint(in project: ProvisionerProject) async throws(ProvisionerError) -> ProvisionerFingerprint {
        let trees = try await files(of: project).digests()
        var parts = ["options": TreeDigest.digest(of: ["\(installs)"] + pulled)]
        for (image, directory) in built { parts["image \(image)"] = trees[directory.value] }
        for container in containers { parts["container \(container.name.value)"] = container.digest }
        return ProvisionerFingerprint(parts: parts)
    }
}
