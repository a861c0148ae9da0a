import DevenvTestSupport
import Glibc
import SystemPackage
import Testing

@testable import LibvirtProvider

/// Which daemon is used.
@Suite struct URIChoiceTests {
    @Test(arguments: [
        ("qemu:///system", "qemu", true, HostAbilities.Scope.system), ("qemu:///session", "qemu", true, .session),
        ("qemu+ssh://root@build.example:2222/system?keyfile=k", "qemu", false, .system),
        ("qemu+unix:///session?socket=/run/x/y", "qemu", true, .session),
        ("qemu+unix:///system?socket=/session", "qemu", true, .system),
        ("qemu://far/session", "qemu", false, .session), ("qemu+tcp://localhost/system", "qemu", false, .system),
        ("test:///default", "test", true, .system), ("", "", false, .system), ("qemu", "qemu", false, .system),
    ])
    func aURIIsTakenApart(_ text: String, _ driver: String, _ isLocal: Bool, _ scope: HostAbilities.Scope) {
        let uri = LibvirtURI(text)
        #expect(uri.driver == driver)
        #expect(uri.isLocal == isLocal)
        #expect(uri.scope == scope)
        #expect(uri.description == text)
    }

    @Test(
        arguments: [
            (
                "test:///a", ["DEVENV_LIBVIRT_URI": "test:///b"], SystemDaemon.usable, "test:///a",
                URIChoice.Source.option
            ),
            (
                nil, ["DEVENV_LIBVIRT_URI": "test:///b", "LIBVIRT_DEFAULT_URI": "test:///c"], .usable, "test:///b",
                .environment("DEVENV_LIBVIRT_URI")
            ),
            (
                nil, ["DEVENV_LIBVIRT_URI": "", "LIBVIRT_DEFAULT_URI": "test:///c"], .usable, "test:///c",
                .environment("LIBVIRT_DEFAULT_URI")
            ),
            (nil, [:], .usable, "qemu:///system", .system),
            (nil, [:], .absent(isRoot: true), "qemu:///system", .systemOfRoot),
            (nil, [:], .absent(isRoot: false), "qemu:///session", .session("no daemon of the system answers")),
            (nil, [:], .forbidden, "qemu:///session", .session("the daemon of the system does not let you in")),
        ] as [(String?, [String: String], SystemDaemon, String, URIChoice.Source)])
    func theFirstThatIsThereIsChosen(
        _ option: String?, _ environment: [String: String], _ system: SystemDaemon, _ uri: String,
        _ source: URIChoice.Source
    ) {
        let choice = URIChoice.choose(option: option, environment: environment, system: system)
        #expect(choice == URIChoice(uri: LibvirtURI(uri), source: source))
    }

    @Test func aDaemonIsUsableThatListensAndLetsUsIn() async throws {
        try await TemporaryDirectory.with { directory in
            let path = directory.path.appending("sock").string
            let sockets = [directory.path.appending("none").string, path]
            #expect(SystemDaemon.look(sockets: sockets, user: 0) == .absent(isRoot: true))
            let listener = try listen(path)
            #expect(SystemDaemon.look(sockets: sockets, user: 0) == .usable)
            try listener.close()
            // the socket of a daemon that was killed
            #expect(SystemDaemon.look(sockets: sockets, user: 1000) == .absent(isRoot: false))
        }
    }

    @Test(.requiresRoot) func aDaemonOfOthersIsNotForEverybody() async throws {
        try await TemporaryDirectory.with { directory in
            let path = directory.path.appending("sock").string
            let listener = try listen(path)
            defer { try? listener.close() }  // nobody writes to it
            try #require(chmod(path, 0o660) == 0)
            #expect(SystemDaemon.look(sockets: [path], user: 1000) == .usable)
            try #require(chown(path, 0, 4_000_000) == 0)
            #expect(SystemDaemon.look(sockets: [path], user: 1000) == .forbidden)
        }
    }

    private func listen(_ path: String) throws -> FileDescriptor {
        let socket = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
        let isBound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
        guard isBound, Glibc.listen(socket, 5) == 0 else { throw Errno(rawValue: errno) }
        return FileDescriptor(rawValue: socket)
    }
}
