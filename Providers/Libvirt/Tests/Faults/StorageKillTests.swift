import DevenvHost
import DevenvTestSupport
import LibvirtProvider
import SystemPackage
import Testing

/// Kills at every point of the making and removal of what machines keep on disk.
@Suite(.requiresLibvirt, .requiresRoot, .requires(tool: "qemu-img", "qemu-io", "xorrisofs"))
struct StorageKillTests {
    @Test(arguments: [false, true])
    func whatAKillLeavesIsCompletedByTheNextPreparation(onOtherFileSystem isCopied: Bool) async throws {
        try await Self.with(isCopied) { fixture in
            let act = DoomedAct(.prepare, to: fixture.identity(), of: fixture, extraDisks: 1, hasSeed: true)
            let points = try await Self.points(of: act, in: fixture, isCopied)
            #expect(points.count >= 12, "\(points)")
            try await fixture.storage.remove(act.identity)
            for point in points {
                try await act.die(at: point)
                let files = try await fixture.storage.prepare(act.plan)
                #expect(try await fixture.firstByte(of: files.disk) == StorageFixture.mark, "after \(point)")
                let seed = try #require(files.seed)
                #expect(try await fixture.content(of: "meta-data", in: seed).contains("instance-id"), "after \(point)")
                #expect(try fixture.volumes().count == 3, "after \(point)")
                try await fixture.removeWhole(act, after: point)
            }
        }
    }

    @Test(arguments: [false, true])
    func whatAKillLeavesIsRemoved(onOtherFileSystem isCopied: Bool) async throws {
        try await Self.with(isCopied) { fixture in
            let act = DoomedAct(.prepare, to: fixture.identity(), of: fixture, extraDisks: 1, hasSeed: true)
            let points = try await Self.points(of: act, in: fixture, isCopied)
            try await fixture.storage.remove(act.identity)
            for point in points {
                try await act.die(at: point)
                try await fixture.removeWhole(act, after: point)
            }
        }
    }

    @Test func aRemovalThatWasKilledIsCompletedByTheNext() async throws {
        try await StorageFixture.with { fixture in
            let preparation = DoomedAct(.prepare, to: fixture.identity(), of: fixture, extraDisks: 1, hasSeed: true)
            let removal = DoomedAct(.remove, to: fixture.identity(), of: fixture)
            _ = try await fixture.storage.prepare(preparation.plan)
            let points = try await removal.points(in: fixture.directory)
            #expect(points.count >= 8, "\(points)")
            for point in points {
                _ = try await fixture.storage.prepare(preparation.plan)
                try await removal.die(at: point)
                try await fixture.removeWhole(removal, after: point)
            }
        }
    }

    @Test func ofProcessesThatNeedTheSameImageAtOnceOnePlacesIt() async throws {
        try await Self.with(true) { fixture in
            let trace = fixture.directory.path.appending("trace")
            try await withThrowingTaskGroup(of: Int.self) { group in
                for name in ["one", "two", "web", "db"] {
                    let act = DoomedAct(.prepare, to: fixture.identity(name), of: fixture)
                    group.addTask { try await act.run(["DEVENV_FAULT_TRACE": trace.string]) }
                }
                for try await status in group { #expect(status == 0) }
            }
            let passed = String(decoding: try HostFiles.read(trace) ?? [], as: UTF8.self).split(separator: "\n")
            #expect(passed.filter { $0 == "libvirt.base.copied" }.count == 1)
            #expect(passed.filter { $0 == "libvirt.storage.disk" }.count == 4)
        }
    }

    /// The points that are passed each time: a pool on a file system of its own can't be removed, and is made once.
    private static func points(of act: DoomedAct, in fixture: StorageFixture, _ isCopied: Bool) async throws -> [String]
    {
        try await act.points(in: fixture.directory).filter { !isCopied || !$0.hasPrefix("libvirt.pool") }
    }

    private static func with(_ isCopied: Bool, _ body: (StorageFixture) async throws -> Void) async throws {
        try await StorageFixture.with { fixture in
            guard isCopied else { return try await body(fixture) }
            try await fixture.withOwnFileSystem(megabytes: 64) { try await body(fixture) }
        }
    }
}

extension StorageFixture {
    /// Removes a machine, the only one, and sees that nothing is left.
    fileprivate func removeWhole(_ act: DoomedAct, after point: String) async throws {
        try await storage.remove(act.identity)
        #expect(try volumes() + bases() == [], "after \(point)")
        #expect(!HostFiles.exists(MachinePlace(act.identity, in: directories).directory), "after \(point)")
        #expect(!HostFiles.exists(MachinePlace(act.identity, in: directories).workshop), "after \(point)")
    }
}
