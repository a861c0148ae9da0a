import CSyscalls
import DevenvHost
import Glibc
import SystemPackage

/// The network as a machine sees it.
///
/// The kernel keeps it after the machine's last process for as long as a connection owes bytes, or a farewell, to its other
/// end: for minutes where that does not answer, for ever where that answers and does not read.
enum NetworkNamespace {
    /// Has a machine that is about to end give up connections soon whose other ends can't be reached any more. Connections of
    /// living processes are not concerned.
    static func hurryFarewells(of process: MachineProcess) throws(HostError) {
        let path = FilePath("/proc/\(process.id)/ns/net")
        let network = try HostError.wrap("opening", path) {
            try FileDescriptor.open(path, .readOnly, options: .closeOnExec)
        }
        defer { try? network.close() }  // nothing was written to it
        // looked at after opening: the number may have become another process's
        guard process.isAlive else { return }
        let setting = FilePath("/proc/sys/net/ipv4/tcp_orphan_retries")
        try SystemCall.check("setting for the machine", setting) {
            devenv_set_in_network(network.rawValue, setting.string, "1")
        }
    }
}
