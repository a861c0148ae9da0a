extension LibvirtConnection {
    /// What happens to the domains and to the connection from now on. A listener that falls far behind misses the
    /// oldest events; so look at the state after the stream was made, and again when in doubt. The stream ends with the
    /// connection.
    package func events() throws(LibvirtError) -> AsyncStream<LibvirtEvent> {
        let stream = listeners.stream()
        try deliverEvents()
        return stream
    }
}
