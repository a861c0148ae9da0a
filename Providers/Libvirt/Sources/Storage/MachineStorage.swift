package import DevenvHost
import DevenvPluginAPI
import SystemPackage

/// What machines keep on disk: their boxes' images, their disks, their seeds, as volumes of one pool.
///
/// Nothing is kept in memory. Volumes are found by their names, which carry the machine's id; what they are is asked of
/// libvirt, or of the files where these are on this host.
package struct MachineStorage: Sendable {
    let connection: LibvirtConnection
    let pool: StoragePool
    let directories: HostDirectories
    let tools: any ToolRunner

    /// Names a pool; touches nothing.
    package init(
        connection: LibvirtConnection, pool: StoragePool, directories: HostDirectories,
        tools: any ToolRunner = SystemToolRunner()
    ) {
        self.connection = connection
        self.pool = pool
        self.directories = directories
        self.tools = tools
    }

    var reach: PoolReach { PoolReach(uri: connection.uri) }

    /// Takes a lock on a part of the pool.
    func lock(_ part: PoolLock.Part, _ holding: PoolLock.Holding, patience: Duration? = nil) async throws(ProviderError)
        -> PoolLock?
    {
        try await PoolLock.take(part, of: pool.name, at: connection.uri, holding, patience: patience)
    }
}
