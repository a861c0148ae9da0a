import DevenvCrypto
import DevenvModel
package import DevenvPluginAPI

/// What a machine is told at its first boot, and at the next one whenever that has changed: who may log in, who it is,
/// whom it knows.
///
/// The same facts twice: for cloud-init's data source NoCloud, and below `devenv/` as plain files for the service of boxes
/// that `devenv box build` makes.
package struct Seed: Sendable {
    /// What is wanted.
    let request: MachineRequest
    /// Whose libvirt daemon it is: without networks of libvirt's, machines have static addresses.
    let scope: HostAbilities.Scope

    /// The label of the file system that the files are in.
    package static let label = "cidata"

    /// Makes a seed.
    package init(request: MachineRequest, scope: HostAbilities.Scope) {
        self.request = request
        self.scope = scope
    }

    /// The files, in the order of their paths.
    package var files: [SeedFile] {
        let content =
            plainFiles + [SeedFile("user-data", userData, mode: 0o600), SeedFile("network-config", networkConfig)]
        return (content + [SeedFile("meta-data", metaData(of: content))]).sorted { $0.path < $1.path }
    }

    /// The digest of the files: another one means that the machine is to be told again.
    package var digest: String { Self.digest(of: files) }

    /// cloud-init does its work again for each new `instance-id`.
    private func metaData(of content: [SeedFile]) -> String {
        let digest = Self.digest(of: content).prefix(12)
        return JSONText.map([
            "instance-id": .text("\(request.identity.machine)-\(digest)"),
            "local-hostname": .text(request.spec.hostname),
        ]).document
    }

    private static func digest(of files: [SeedFile]) -> String {
        var hash = SHA256()
        for file in files {
            hash.update(field: file.path)
            hash.update(field: String(decoding: file.bytes, as: UTF8.self))
        }
        return hash.hexadecimal()
    }
}
