import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import Glibc
import SystemPackage
import Testing

@testable import ContainerProvider

/// What snapshots hold, and that nothing changes it.
@Suite(.requiresContainers)
struct SnapshotTests {
    private static let (one, two) = (SnapshotName(unchecked: "one"), SnapshotName(unchecked: "two"))

    /// Everything that overlayfs keeps in a layer in a way of its own, and everything that copies lose easily.
    private static let making = """
        set -e; cd /srv; echo one > state; ln state link; truncate -s 64M hole; echo end >> hole; mkfifo pipe; mkdir -m 1777 d
        cp /bin/true tool; ln -s state sign; touch -d 2001-02-03 d; chown dev:dev d
        rm /etc/issue; rm -r /etc/default; mkdir /etc/default; echo new > /etc/default/new; echo changed >> /etc/motd
        """
    private static let manifest = """
        cd /; find srv etc/default etc/issue etc/motd -printf '%p %y %m %U %G %n %l %Ts\\n' 2>&1 | sort
        sha256sum srv/state srv/link srv/hole etc/motd; test $(du -k srv/hole | cut -f1) -lt 100
        """

    @Test func whatIsSavedNeverChangesAndComesBackWhole() async throws {
        try await ContainerFixture.with { fixture in
            let provider = fixture.provider
            let web = fixture.request(forwards: [PortForward(host: try LoopbackPort.free(), guest: 22)])
            try await fixture.up(web)
            _ = try await fixture.say("sudo sh -c '\(Self.making)'", in: web)
            try await fixture.host("setcap", "cap_net_raw+ep", fixture.root(of: web).pushing("srv/tool").string)
            let (before, process) = (try await fixture.say(Self.manifest, in: web), try fixture.firstProcess(of: web))

            // of one that runs the files are copied, and it goes on
            try await provider.saveSnapshot(Self.one, of: web.recorded)
            #expect(try fixture.firstProcess(of: web) == process)
            #expect(!fixture.groups(of: web).isFrozen)
            let copy = try #require(try fixture.layers(of: web).first { $0.hasPrefix("upper-") })
            let copied = try await fixture.digest(of: copy, web)
            _ = try await fixture.say(
                "sudo sh -c 'cd /srv; echo two >> link; rm hole; chmod 700 d; echo x >> /etc/motd'", in: web)

            // what a stopped one has written becomes a layer itself
            try await provider.stop(web.recorded, grace: .zero)
            try await provider.saveSnapshot(Self.two, of: web.recorded)
            let layered = try await fixture.digest(of: "upper", web)
            #expect(try await provider.snapshots(of: web.recorded).map(\.isRunning) == [true, false])
            _ = try await provider.start(web)
            _ = try await fixture.say("sudo sh -c 'cd /srv; echo three > state; rm link; rm -r d'", in: web)

            try await provider.restoreSnapshot(Self.one, of: web.recorded)
            let back = MachineObservation(.running, address: web.spec.interfaces[0].address)
            #expect(try await fixture.observation(of: web) == back)
            #expect(try await fixture.say(Self.manifest, in: web) == before)
            let tool = fixture.root(of: web).pushing("srv/tool").string
            #expect(try await fixture.host("getcap", tool).contains("cap_net_raw=ep"))
            _ = try await fixture.say("sudo sh -c 'echo again >> /srv/link; rm /srv/hole'", in: web)

            try await provider.restoreSnapshot(Self.two, of: web.recorded)
            #expect(try await fixture.state(of: web) == .stopped)
            #expect(try await fixture.digest(of: copy, web) == copied)
            #expect(try await fixture.digest(of: "upper", web) == layered)
            _ = try await provider.start(web)
            #expect(try await fixture.say("cat /srv/link /etc/default/new", in: web) == "one\ntwo\nnew")
            try await fixture.expectRemoval(of: Self.one, leaving: ["upper"], web)
        }
    }

    /// What a layer can do to one below it.
    private static let remaking = """
        set -e; cd /srv; rm -r d pipe; echo plain > d; rm tool; mkdir -m 2750 tool; echo in > tool/file; touch -d 2002-02-02 tool
        mkdir -p /etc/issue/deep; echo in > /etc/issue/file; touch /etc/issue/deep/file; rm -r /etc/default
        mkdir -m 711 /etc/default; touch -d 2003-03-03 /etc/default
        echo two >> link; mkdir -p /usr/share/fresh/deep; rm -r /usr/share/base-files; mkdir /usr/share/base-files
        """
    private static let wider = """
        cd /; find srv etc/default etc/issue usr/share/fresh usr/share/base-files -printf '%p %y %m %U %G %l %Ts\\n' | sort
        sha256sum srv/state srv/link srv/hole etc/motd
        """

    @Test func layersThatNoSnapshotTellsApartBecomeOne() async throws {
        try await ContainerFixture.with { fixture in
            let (provider, web) = (fixture.provider, fixture.request())
            _ = try await provider.create(web)
            var manifests: [String] = []
            let removing = "rm /etc/issue/file /etc/issue/deep/file"
            for (name, script) in [("one", Self.making), ("two", Self.remaking), ("three", removing)] {
                _ = try await provider.start(web)
                _ = try await fixture.say("sudo sh -c '\(script)'", in: web)
                manifests.append(try await fixture.say("sudo sh -c \"\(Self.wider)\"", in: web))
                try await provider.stop(web.recorded, grace: .zero)
                try await provider.saveSnapshot(SnapshotName(unchecked: name), of: web.recorded)
            }
            #expect(try fixture.layers(of: web).count == 4)
            try await provider.deleteSnapshot(Self.one, of: web.recorded)
            #expect(try fixture.layers(of: web).count == 3)
            for (name, manifest) in [("two", manifests[1]), ("three", manifests[2])] {
                try await provider.restoreSnapshot(SnapshotName(unchecked: name), of: web.recorded)
                _ = try await provider.start(web)
                let said = try await fixture.say("sudo sh -c \"\(Self.wider)\"", in: web)
                #expect(said == manifest, "\(name)")
            }
            // of one that runs they are merged by the next save after its stop
            try await provider.deleteSnapshot(Self.two, of: web.recorded)
            #expect(try fixture.layers(of: web).count == 3)
            try await provider.stop(web.recorded, grace: .zero)
            try await provider.saveSnapshot(Self.one, of: web.recorded)
            try await provider.deleteSnapshot(SnapshotName(unchecked: "three"), of: web.recorded)
            #expect(try fixture.layers(of: web).count == 2)
            _ = try await provider.start(web)
            let last = try await fixture.say("sudo sh -c \"\(Self.wider)\"", in: web)
            #expect(last == manifests[2])
        }
    }

    @Test func aSaveThatWasCutOffIsSeenAndTheMachineGoesOn() async throws {
        try await ContainerFixture.with { fixture in
            let web = fixture.request()
            try await fixture.up(web)
            try await fixture.groups(of: web).freeze()
            let run = fixture.root(of: web).removingLastComponent()
            try AtomicFile.write([], to: run.appending("pause"))
            try HostFiles.makeDirectory(fixture.disk(of: web).pushing("upper-0/half"))
            try AtomicFile.write(Array("{}".utf8), to: fixture.disk(of: web).appending("config-0"))
            try AtomicFile.write(
                Array(#"{"layers":[],"top":"upper","snapshots":[]}"#.utf8),
                to: fixture.disk(of: web).appending("snapshots.json"))
            let seen = try await fixture.observation(of: web)
            #expect(seen?.state == .running)
            #expect(
                seen?.drift == ["it stands still for a snapshot that is being saved, or whose saving was cut off"])
            _ = try await fixture.provider.start(web)
            #expect(try await fixture.observation(of: web)?.drift == [])
            #expect(try await fixture.say("hostname", in: web) == "web")
            try await fixture.provider.saveSnapshot(Self.one, of: web.recorded)
            #expect(!(try fixture.layers(of: web).contains("upper-0")))
            #expect(!HostFiles.exists(fixture.disk(of: web).appending("config-0")))
            // a suspended one is saved too, and stays suspended
            try await fixture.provider.suspend(web.recorded)
            try await fixture.provider.saveSnapshot(Self.two, of: web.recorded)
            #expect(try await fixture.state(of: web) == .suspended)
        }
    }

    @Test func aMissingLayerCostsNothingElse() async throws {
        try await ContainerFixture.with { fixture in
            let (provider, web) = (fixture.provider, fixture.request())
            _ = try await provider.create(web)
            try await provider.saveSnapshot(Self.one, of: web.recorded)
            _ = try await provider.start(web)
            let before = try fixture.layers(of: web)
            try await provider.saveSnapshot(Self.two, of: web.recorded)
            let copy = try #require(try fixture.layers(of: web).first { !before.contains($0) })
            try HostFiles.remove(fixture.disk(of: web).appending(copy))
            let error = await #expect(throws: ProviderError.self) {
                try await provider.restoreSnapshot(Self.two, of: web.recorded)
            }
            #expect(error?.message.contains("is missing, which one of its snapshots saved") == true)
            #expect(try await fixture.state(of: web) == .running)
            try await provider.restoreSnapshot(Self.one, of: web.recorded)
            #expect(try await fixture.state(of: web) == .stopped)
            // without the note nobody knows how they lie
            try HostFiles.remove(fixture.disk(of: web).appending("snapshots.json"))
            guard case .broken(let reason) = try await fixture.state(of: web) else {
                Issue.record("it is not broken")
                return
            }
            #expect(reason.contains("snapshots.json' is gone") && reason.contains("'devenv destroy'"))
            try await provider.destroy(web.recorded)
            #expect(try await fixture.state(of: web) == .absent)
        }
    }

    @Test func aFullDiskRefusesASnapshotAndTheMachineGoesOn() async throws {
        try await ContainerFixture.with { fixture in
            let (home, web) = (fixture.directories.data, fixture.request())
            mkdir(home.string, 0o711)
            try await fixture.host("mount", "-t", "tmpfs", "-o", "size=24m,mode=711", "tmpfs", home.string)
            let tried = await Result { try await fixture.expectRefusalOnFullDisk(of: Self.one, web) }
            try await fixture.provider.destroy(web.recorded)
            try await fixture.host("umount", home.string)
            try tried.get()
        }
    }
}

extension Result where Failure == any Error {
    /// What comes of something.
    fileprivate init(_ body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}

extension ContainerFixture {
    /// The directory of a machine's data.
    func disk(of request: MachineRequest) -> FilePath {
        directories.data.pushing(FilePath("containers/\(project)/\(request.identity.machine)"))
    }

    /// Where a machine's root is mounted.
    func root(of request: MachineRequest) -> FilePath {
        directories.runtime.pushing(FilePath("containers/\(project)/\(request.identity.machine)/rootfs"))
    }

    /// The directories that hold a machine's changes.
    fileprivate func layers(of request: MachineRequest) throws -> [String] {
        try HostFiles.list(disk(of: request)).filter { $0.hasPrefix("upper") }
    }

    /// Everything about a layer but when it was read, as a digest.
    fileprivate func digest(of layer: String, _ request: MachineRequest) async throws -> String {
        let options =
            "--format=posix --sort=name --numeric-owner --xattrs --xattrs-include='*' --pax-option=delete=atime,delete=ctime"
        return try await host(
            "sh", "-c", "tar --create \(options) -C '\(disk(of: request))' '\(layer)' | sha256sum")
    }

    /// Removes a snapshot of a machine that runs, which takes its layer away and leaves the rest.
    fileprivate func expectRemoval(
        of snapshot: SnapshotName, leaving kept: [String], _ request: MachineRequest
    ) async throws {
        try await provider.deleteSnapshot(snapshot, of: request.recorded)
        #expect(try await state(of: request) == .running)
        let left = try layers(of: request)
        #expect(left.count == kept.count + 1 && kept.allSatisfy(left.contains))
        #expect(try await provider.snapshots(of: request.recorded).map(\.parent) == [nil])
    }

    fileprivate func expectRefusalOnFullDisk(of snapshot: SnapshotName, _ request: MachineRequest) async throws {
        try await up(request)
        _ = try await say("sudo dd if=/dev/urandom of=/srv/big bs=1M count=14 status=none", in: request)
        let process = try firstProcess(of: request)
        let error = await #expect(throws: ProviderError.self) {
            try await provider.saveSnapshot(snapshot, of: request.recorded)
        }
        #expect(error?.code == .diskFull)
        #expect(try await provider.snapshots(of: request.recorded).isEmpty)
        #expect(try layers(of: request) == ["upper"])
        #expect(try await observation(of: request)?.drift == [])
        // to the machine its own disk is full, and nothing worse
        let full = try await run("sudo dd if=/dev/zero of=/srv/more bs=1M count=30 status=none", in: request)
        #expect(full.complaint.contains("No space left on device"))
        #expect(try await state(of: request) == .running)
        #expect(try firstProcess(of: request) == process)
        #expect(try await say("sudo rm /srv/more && echo freed", in: request) == "freed")
    }
}
