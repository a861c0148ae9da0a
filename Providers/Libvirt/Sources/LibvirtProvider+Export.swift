import DevenvHost
import DevenvModel
package import DevenvPluginAPI
package import SystemPackage

extension LibvirtProvider {
    /// Copies the disks that the machine has of its box, each with the image below it.
    package func export(
        _ machine: RecordedMachine, to directory: FilePath
    ) async throws(ProviderError) -> ExportedMachine {
        let attempt = attempt(machine, "copying")
        let place = place(of: machine)
        let connection = try await connection(to: place, attempt)
        if let id = machine.identity.domain, let info = try await domain(id, connection, attempt),
            info.isActive || info.hasManagedSave
        {
            throw .invalidRequest(
                "\(attempt): it is not switched off", help: "run 'devenv halt \(machine.identity.name)'")
        }
        return try await storage(at: place, connection).export(machine.identity, to: directory, attempt)
    }
}

extension MachineStorage {
    /// Copies the disks that a machine has of its box, as plain bytes.
    func export(
        _ identity: MachineIdentity, to directory: FilePath, _ attempt: String
    ) async throws(ProviderError) -> ExportedMachine {
        guard reach == .files else {
            throw .unsupported(
                "\(attempt): its disks are not on this host", help: "run the command on the host that has them")
        }
        guard let note = try note(of: identity), !note.made.isEmpty else {
            throw .invalidRequest("\(attempt): it is not whole", help: "run 'devenv up', then 'devenv halt'")
        }
        let use = try await lock(.contents, .shared)
        defer { extendLifetime(use) }
        let names = [identity.rootVolume] + note.bases.indices.dropFirst().map(identity.boxVolume)
        var copies: [FilePath] = []
        for (index, name) in names.enumerated() {
            try ProviderError.checkCancellation(attempt)
            let copy = directory.appending("disk-\(index).raw")
            let outcome: ToolOutcome
            do throws(ToolError) {
                outcome = try await tools.run(ImageTools.flatten(note.path(of: name), to: copy))
            } catch { throw ProviderError(error) }
            guard outcome.status == 0 else {
                if HostFiles.isFull(directory) { throw .noSpace(for: attempt, in: directory) }
                throw .failed("\(attempt): 'qemu-img' failed with status \(outcome.status): \(outcome.complaint)")
            }
            copies.append(copy)
            FaultPoint.reach("libvirt.export.copied")
        }
        let others = note.volumes.filter { $0.hasSuffix(".qcow2") && !names.contains($0) }
        return .disks(copies, leftOut: others.count)
    }
}
