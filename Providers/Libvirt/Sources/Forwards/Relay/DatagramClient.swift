import CDatagram

/// A client of a relay of datagrams.
struct DatagramClient {
    /// What tells clients apart: where one sends from, and to which address of this host.
    struct Key: Hashable {
        private let from: UInt32
        private let to: UInt32
        private let port: UInt16

        /// Takes a path as it was received.
        init(_ path: devenv_datagram_path) {
            from = path.from
            to = path.to
            port = path.port
        }

        /// The way back.
        var path: devenv_datagram_path { devenv_datagram_path(from: from, to: to, port: port) }
    }

    /// Which client it is.
    let key: Key
    /// The socket that is it towards the machine.
    let socket: Int32
    /// When something came from it, or for it, last.
    var lastHeard: ContinuousClock.Instant
}
