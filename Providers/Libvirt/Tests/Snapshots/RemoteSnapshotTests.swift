import DevenvHost
import DevenvPluginAPI
import DevenvTestSupport
import LibvirtProvider
import SystemPackage
import Testing

/// Snapshots of machines whose files devenv can't reach, or that belong to another daemon.
@Suite(.requiresLibvirt, .requiresRoot, .requires(tool: "qemu-img", "qemu-io", "socat", "tini", "setpriv"))
struct RemoteSnapshotTests {
    @Test(arguments: [GuestFixture.Kind.plain, .uefi])
    func aRunningMachineIsSavedAndBroughtBackOverTheConnection(_ kind: GuestFixture.Kind) async throws {
        try await RemoteLibvirt.with { uri in
            try await GuestFixture.with(kind, uri: uri) { guest in
                try await guest.start()
                try await guest.write(0x77)
                try await guest.snapshots.save(.named("work"), of: guest.identity)
                try await guest.write(0xA5)
                try await guest.snapshots.restore(.named("work"), of: guest.identity)
                #expect(try await guest.state() == .running)
                #expect(try await guest.read() == 0x77)
                try await guest.snapshots.delete(.named("work"), of: guest.identity)
                #expect(try await guest.tags() == 0)
            }
        }
    }

    @Test(arguments: [GuestFixture.Kind.uefi, .rawDisk])
    func whatCantBeSavedWholeIsRefused(_ kind: GuestFixture.Kind) async throws {
        try await RemoteLibvirt.with { uri in
            try await GuestFixture.with(kind, uri: uri) { guest in
                let error = await #expect(throws: ProviderError.self) {
                    try await guest.snapshots.save(.named("work"), of: guest.identity)
                }
                #expect(error?.code == .unsupported)
                let (names, tags) = (try await guest.names(), try await guest.tags())
                #expect(names.isEmpty && tags == 0)
            }
        }
    }

    @Test func aSessionsMachinesAreSavedToo() async throws {
        try await PrivateLibvirt.with(.session) { libvirt in
            try await GuestFixture.with(uri: libvirt.uri, home: libvirt.home) { guest in
                try await guest.snapshots.save(.named("clean"), of: guest.identity)
                try await guest.start()
                try await guest.write(0x77)
                try await guest.snapshots.save(.named("work"), of: guest.identity)
                try await guest.snapshots.restore(.named("clean"), of: guest.identity)
                #expect(try await guest.read() == StorageFixture.mark)
                try await guest.snapshots.restore(.named("work"), of: guest.identity)
                #expect(try await guest.read() == 0x77)
            }
            try await LibvirtConnection.open(libvirt.uri).close()
        }
    }
}
