import Synchronization

/// The connections of this process: one for each URI.
enum LibvirtConnections {
    private static let open = Mutex<[String: LibvirtConnection]>([:])

    /// The connection to a URI, made where there is none.
    static func find(_ uri: String, orMake make: () -> LibvirtConnection) -> LibvirtConnection {
        open.withLock { open in
            let connection = open[uri] ?? make()
            open[uri] = connection
            return connection
        }
    }

    /// Has the next `find` make a new one, unless somebody has already.
    static func forget(_ connection: LibvirtConnection) {
        open.withLock { open in
            if open[connection.uri] === connection { open[connection.uri] = nil }
        }
    }
}
