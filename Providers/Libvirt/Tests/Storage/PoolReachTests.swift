import LibvirtProvider
import Testing

struct PoolReachTests {
    @Test(
        arguments: [
            ("qemu:///system", PoolReach.files), ("qemu:///session", .files),
            ("qemu+unix:///system?socket=/run/one", .files), ("qemu+ssh://host/system", .connection),
            ("qemu+ssh://dev@host:2222/system?keyfile=/k", .connection), ("qemu://host/system", .connection),
            ("qemu+tls://host/system", .connection), ("test:///default", .nowhere), ("nonsense", .connection),
        ])
    func theURITellsWhereTheFilesAre(uri: String, expected: PoolReach) {
        #expect(PoolReach(uri: uri) == expected)
    }
}
