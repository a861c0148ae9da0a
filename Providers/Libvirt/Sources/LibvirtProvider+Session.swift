import DevenvHost
import DevenvModel
import DevenvPluginAPI
import SystemPackage

extension LibvirtProvider {
    /// What only a machine in a user's own libvirt needs: a port of this host for its SSH server, the one that it had where it
    /// had one, and a short path for its agent's socket, as libvirt's own can be longer than a socket's name may be (unix(7)).
    func prepareSession(_ files: inout DomainFiles, _ request: MachineRequest, _ connection: LibvirtConnection)
        async throws(ProviderError)
    {
        let attempt = attempt(request.recorded, "describing")
        let known: MachineMark? =
            if let id = request.identity.domain, try await domain(id, connection, attempt) != nil {
                try await mark(of: id, connection, attempt)
            } else { nil }
        files.sshPort = SSHPort.choose(known: known?.sshPort, besides: request.forwards)
        // a socket of another host lies where libvirt puts it there
        guard PoolReach(uri: connection.uri) == .files else { return }
        let directory = MachinePlace(request.identity, in: directories).workshop
        try ProviderError.translate { () throws(HostError) in
            try HostFiles.makeDirectory(directory, mode: .ownerReadWriteExecute)
        }
        files.agentSocket = directory.appending("agent")
    }
}
