import DevenvHost
import DevenvModel
package import DevenvPluginAPI

extension ContainerProvider {
    /// Lets every process of the machine stand still. Its memory stays where it is, so that a restart of the host ends it.
    package func suspend(_ machine: RecordedMachine) async throws(ProviderError) {
        try requireRoot()
        let place = place(machine.identity)
        _ = try running(machine, at: place, "suspending")
        // from now on it is the user who keeps it from going on
        try ProviderError.translate { () throws(HostError) in try HostFiles.remove(place.pause) }
        try await ControlGroups(of: place).freeze()
        FaultPoint.reach("container.suspend.frozen")
    }

    /// Lets the machine's processes go on, after what is missing around it was put right.
    package func resume(_ machine: RecordedMachine) async throws(ProviderError) {
        try requireRoot()
        let place = place(machine.identity)
        let running = try running(machine, at: place, "resuming")
        if let note = running.note { try await mend(running, as: note, at: place) }
        FaultPoint.reach("container.resume.mended")
        try letGoOn(place)
    }

    /// Lets the processes of a machine go on, whoever has kept them from it. On those that do it changes nothing.
    func letGoOn(_ place: MachinePlace) throws(ProviderError) {
        try ControlGroups(of: place).thaw()
        try ProviderError.translate { () throws(HostError) in try HostFiles.remove(place.pause) }
    }

    private func running(
        _ machine: RecordedMachine, at place: MachinePlace, _ verb: String
    ) throws(ProviderError) -> RunningMachine {
        guard let running = try runningMachine(at: place) else {
            throw .invalidRequest(
                "\(verb) the machine '\(machine.identity.name)': it does not run", help: "run 'devenv up'")
        }
        return running
    }

    /// Puts right what is missing of what was noted of a machine's start. Its names it has in its own files.
    private func mend(
        _ running: RunningMachine, as note: RunNote, at place: MachinePlace
    ) async throws(ProviderError) {
        try reattachRoot(of: running, at: place)
        let interfaces = note.cables.map(\.interface)
        try await network.provide(demand(interfaces, note.forwards, at: place))
        let cables = try await repairCables(of: running, interfaces, at: place)
        guard cables != note.cables else { return }
        try Notes.write(
            RunNote(
                identity: note.identity, boot: note.boot, cables: cables, forwards: note.forwards,
                process: running.process, log: note.log, port: note.port),
            to: place.runNote)
    }
}
