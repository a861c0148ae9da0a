import DevenvHost
import DevenvModel
import Glibc
import SystemPackage
import Testing

/// The turn of a test that makes adapters of VirtualBox among this host's own networks. VirtualBox names them, and until they have
/// addresses nothing tells one test's from another's: of all test runs on this host, one test at a time.
package enum AdapterTurn {
    /// Whoever has the port has the turn; it is free again when its process ends, however it ends.
    private static let mark = PortForward(host: 20_127, guest: 1, transport: .udp)

    /// Waits for the turn and runs the body.
    package static func with<Value>(
        isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Value
    ) async throws -> Value {
        var turn: FileDescriptor?
        try await eventually("other tests have made their adapters", within: .seconds(600)) {
            do throws(Errno) { turn = try HostPort.claim(mark) } catch {
                guard error == .addressInUse else { throw error }
            }
            return turn != nil
        }
        defer { try? turn?.close() }  // nothing was sent
        return try await body()
    }
}
