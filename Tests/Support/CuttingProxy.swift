import DevenvHost
import SystemPackage
import Testing

/// A proxy of a test's own before a server on 127.0.0.1. It lets so many bytes through; then the server is as good as dead, until it
/// is mended.
package struct CuttingProxy: Sendable {
    private let directory: TemporaryDirectory
    /// Where it listens.
    package let port: UInt16

    /// Runs the body beside a proxy that lets so many of the server's bytes through.
    package static func with<Value>(
        to server: UInt16, bytes: Int64, isolation: isolated (any Actor)? = #isolation,
        _ body: (CuttingProxy) async throws -> Value
    ) async throws -> Value {
        try await TemporaryDirectory.with { directory in
            let proxy = CuttingProxy(directory: directory, port: try LoopbackPort.free())
            let words = ["-c", script, "\(proxy.port)", "\(server)", "\(bytes)", directory.path.string]
            let call = ToolInvocation(
                "python3", words, output: .file(directory.path.appending("log")), timeout: .seconds(600))
            return try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { _ = try await SystemToolRunner().run(call) }
                defer { group.cancelAll() }
                try await eventually("the proxy listens") { try directory.read("listening") != nil }
                return try await body(proxy)
            }
        }
    }

    /// Lets everything through from now on.
    package func mend() throws { try directory.write("", to: "mended") }

    /// Whether it has let through what it may.
    package func hasCut() throws -> Bool { try directory.read("cut") != nil }

    private static let script = """
        import os, socket, sys, threading
        port, server, limit, folder = int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
        passed, lock = [0], threading.Lock()

        def note(name): open(os.path.join(folder, name), 'w').close()
        def is_dead(): return passed[0] >= limit and not os.path.exists(os.path.join(folder, 'mended'))

        def pump(source, target, counted):
            try:
                while True:
                    data = source.recv(65536)
                    if not data: break
                    if counted:
                        with lock: passed[0] += len(data)
                        if is_dead():
                            note('cut')
                            break
                    target.sendall(data)
            except OSError: pass
            for one in (source, target):
                try: one.shutdown(socket.SHUT_RDWR)
                except OSError: pass

        listener = socket.create_server(('127.0.0.1', port))
        note('listening')
        while True:
            client, _ = listener.accept()
            if is_dead():
                client.close()
                continue
            other = socket.create_connection(('127.0.0.1', server))
            threading.Thread(target=pump, args=(client, other, False), daemon=True).start()
            threading.Thread(target=pump, args=(other, client, True), daemon=True).start()
        """
}
