import DevenvDiagnostics
package import DevenvModel
package import DevenvPluginAPI
import SystemPackage

/// What the process that watches a machine's folders is to do: it reads no Envfile and asks no provider.
package struct LiveOrder: Hashable, Sendable, Codable {
    /// A folder to watch.
    package struct Folder: Hashable, Sendable, Codable {
        /// The host's folder.
        package let source: String
        /// The machine's.
        package let target: String
        private let exclude: [String]
        private let delete: Bool
        private let owner: String?
        private let group: String?
        private let arguments: [String]

        /// What is to be known of a folder.
        package init(_ folder: SyncedFolder) {
            source = folder.source.value.string
            target = folder.target.string
            exclude = folder.exclude
            delete = folder.delete
            owner = folder.owner
            group = folder.group
            arguments = folder.arguments
        }

        /// The folder.
        package var folder: SyncedFolder {
            SyncedFolder(
                source: Located(FilePath(source)), target: GuestPath(target), exclude: exclude, delete: delete,
                owner: owner, group: group, watch: true, arguments: arguments)
        }
    }

    /// The machine.
    package let machine: MachineID
    /// The folders.
    package let folders: [Folder]
    private let host: String
    private let port: UInt16
    private let user: String
    private let identityFile: String
    private let knownHostsFile: String
    private let hostKeyAlias: String
    private let hostKey: String?
    private let proxy: [String]?

    /// Has folders watched for the machine at an endpoint.
    package init(_ machine: MachineID, _ folders: [Folder], to endpoint: SSHEndpoint) {
        self.machine = machine
        self.folders = folders
        host = endpoint.host
        port = endpoint.port
        user = endpoint.user
        identityFile = endpoint.identityFile.string
        knownHostsFile = endpoint.knownHostsFile.string
        hostKeyAlias = endpoint.hostKeyAlias
        hostKey = endpoint.hostKey
        proxy = endpoint.proxy
    }

    /// Where the machine is reached.
    package var endpoint: SSHEndpoint {
        SSHEndpoint(
            host: host, port: port, user: user, identityFile: FilePath(identityFile),
            knownHostsFile: FilePath(knownHostsFile), hostKeyAlias: hostKeyAlias, hostKey: hostKey, proxy: proxy)
    }
}
