import Synchronization

/// The connections of this process: one for each URI.
enum LibvirtConnections {
    private static let open = Mutex<[String: LibvirtConnection]>([:])

    /// The connection to a URI, made where there is none.
    static func find(_ uri: String, orMake make: () throws(LibvirtError) -> LibvirtConnection)
        throws(LibvirtError) -> LibvirtConnection
    {
        let result = open.withLock { open -> Result<LibvirtConnection, LibvirtError> in
            if let connection = open[uri] { return .success(connection) }
            do throws(LibvirtError) {
                let connection = try make()
                open[uri] = connection
                return .success(connection)
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    /// Has the next `find` make a new one, unless somebody has already.
    static func forget(_ connection: LibvirtConnection) {
        open.withLock { open in
            if open[connection.uri] === connection { open[connection.uri] = nil }
        }
    }
}
