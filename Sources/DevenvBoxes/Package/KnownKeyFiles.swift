import DevenvHost
import SystemPackage

/// What lets the known key of a box in again, in a machine whose first login has replaced it: without, nobody would get into a
/// machine from it, and the first login replaces all of it once more.
struct KnownKeyFiles: Sendable {
    let key: LoginKey
    let user: String
    let runner: any ToolRunner
    let scratch: FilePath
    let attempt: String

    /// The known key for its user, and new host keys of the kinds that there are, which belong to the box.
    func files(
        for tree: some GuestTree
    ) async throws(BoxError) -> [GuestPlace: (bytes: [UInt8], owner: GuestOwner)] {
        let path = scratch.appending("known")
        try BoxError.wrap { () throws(HostError) in try AtomicFile.write(key.text, to: path, mode: .ownerReadWrite) }
        let line = try await outcome(["-y", "-P", "", "-f", path.string]).standardOutput
        let place = GuestPlace("\(try await home(in: tree))/.ssh", "authorized_keys")
        guard
            try await tree.list([place.directory])[place.directory]?.contains(where: { $0.name == place.name }) == true
        else {
            throw BoxError(
                .invalid, "\(attempt): '\(user)', whom its box lets in with a known key, has no '\(place)'",
                help: "log in to the machine once with 'devenv up', and try again")
        }
        var files = [place: (bytes: line, owner: GuestOwner.secret)]
        let names = try await tree.list(["/etc/ssh"])["/etc/ssh"]?.map(\.name) ?? []
        for kind in ["ecdsa", "ed25519", "rsa"] where names.contains("ssh_host_\(kind)_key") {
            let file = scratch.appending("host-\(kind)")
            _ = try await outcome(["-q", "-t", kind, "-N", "", "-C", "", "-f", file.string])
            for (suffix, owner) in [("", GuestOwner.secret), (".pub", .root)] {
                let bytes = try BoxError.wrap { () throws(HostError) in
                    try HostFiles.read(FilePath(file.string + suffix))
                }
                files[GuestPlace("/etc/ssh", "ssh_host_\(kind)_key\(suffix)")] = (bytes ?? [], owner)
            }
        }
        return files
    }

    private func home(in tree: some GuestTree) async throws(BoxError) -> String {
        let passwords = String(decoding: try await tree.read("/etc/passwd"), as: UTF8.self)
        for line in passwords.split(separator: "\n") {
            let fields = line.split(separator: ":", omittingEmptySubsequences: false)
            if fields.count > 5, fields[0] == user { return String(fields[5]) }
        }
        throw BoxError(.invalid, "\(attempt): it has no user '\(user)', whom its box lets in with a known key")
    }

    private func outcome(_ arguments: [String]) async throws(BoxError) -> ToolOutcome {
        let outcome: ToolOutcome
        do { outcome = try await runner.run(ToolInvocation("ssh-keygen", arguments)) } catch {
            throw .tool(error, attempt)
        }
        guard outcome.status == 0 else {
            throw BoxError(.failed, "\(attempt): 'ssh-keygen' failed: \(outcome.complaint)")
        }
        return outcome
    }
}
