import DevenvPluginAPI

extension RemoteProgram {
    /// Runs it and says why it failed, nil where it did not. Throws where the machine can't be talked to.
    func failure(on communicator: any Communicator, timeout: Duration) async throws(CommunicatorError) -> String? {
        let output = LastOutput()
        switch await run(on: communicator, timeout: timeout, output: { output.append($1) }) {
        case .ended(0, _): return nil
        case .ended(let status, _): return output.lastLine.isEmpty ? "exit status \(status)" : output.lastLine
        case .refused(let reason): return reason
        case .notStarted(let exit, let complaint): return complaint.isEmpty ? exit.description : complaint
        case .brokenOff(let exit, _): return exit.description
        case .unreachable(let error, _): throw error
        }
    }
}
