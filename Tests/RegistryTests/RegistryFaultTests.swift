import DevenvBoxes
import DevenvDownload
import DevenvHost
import DevenvPluginAPI
import DevenvRegistry
import DevenvTestSupport
import Synchronization
import SystemPackage
import Testing

/// Registries that end, lie or do not fit: nothing half-installed is ever there, and the next try is like the first.
@Suite(.requires(tool: "skopeo", "docker-registry", "qemu-img", "zstd", "openssl", "python3"))
struct RegistryFaultTests {
    @Test func whatBrokeOffAtNinetyPercentGoesOnWithTheBlobsThatAreMissing() async throws {
        try await afterBreakingOff { place, kept in
            let bytes = try kept.reduce(0) { $0 + (try HostFiles.size(of: $1)) }
            let before = try place.server.transfers().count
            let events = Mutex<[DownloadEvent]>([])
            let added = try await place.friend.add(place.reference) { event in events.withLock { $0.append(event) } }
            #expect(added.record.digest == place.sent.record.digest)
            #expect(try await place.friend.store.verify("test").allSatisfy(\.differences.isEmpty))
            let again = try place.server.transfers().dropFirst(before)
            let names = kept.compactMap { $0.lastComponent?.string }
            #expect(!again.isEmpty && !names.contains { again.contains("GET \($0)") }, "\(again)")
            #expect(events.withLock(\.first) == .started(resumedAt: bytes, total: place.sent.bytesTotal))
            #expect(try place.friend.blobs() == [])
        }
    }

    /// What lies there under a blob's name is not what it says, such as the hole that stood for one that was known then.
    @Test func aBlobThatWasLeftIsBelievedByItsDigestOnly() async throws {
        try await afterBreakingOff { place, kept in
            for blob in kept {
                let size = Int(try HostFiles.size(of: blob))
                try AtomicFile.write([UInt8](repeating: 0, count: size), to: blob, durable: false)
            }
            #expect(try await place.friend.add(place.reference).record.digest == place.sent.record.digest)
            #expect(try place.friend.blobs() == [])
        }
    }

    /// A box in a registry, and whoever has begun to get it.
    private struct Place {
        let server: RegistryServer
        let friend: RegistryRig
        let reference: String
        let sent: RegistryBoxes.Result
    }

    /// Runs the body when an addition has broken off at 90 % and left nothing but these blobs; the way is free again. Of a box of
    /// some sixteen blobs, of which six come at once, several are whole by then.
    private func afterBreakingOff(_ body: (Place, _ kept: [FilePath]) async throws -> Void) async throws {
        try await RegistryServer.with { server in
            try await RegistryRig.with { rig in
                let record = try await rig.addDisk(version: "1.0", change: nil, mebibytes: 64)
                let sent = try await rig.push(record, to: "oci:\(server.host)/disk:1")
                try await CuttingProxy.with(to: server.port, bytes: sent.bytesTotal * 9 / 10) { proxy in
                    let place = Place(
                        server: server, friend: rig.another(), reference: "oci:127.0.0.1:\(proxy.port)/disk:1",
                        sent: sent)
                    await #expect(throws: BoxError.self) { try await place.friend.add(place.reference) }
                    #expect(try proxy.hasCut())
                    try place.friend.expectNothing()
                    let kept = try place.friend.blobs()
                    let bytes = try kept.reduce(0) { $0 + (try HostFiles.size(of: $1)) }
                    #expect(!kept.isEmpty && bytes < sent.bytesTotal, "\(kept)")
                    try proxy.mend()
                    try await body(place, kept)
                }
            }
        }
    }

    @Test func howFarItHasComeIsTold() async throws {
        try await RegistryServer.with { server in
            try await RegistryRig.with { rig in
                let record = try await rig.addDisk(version: "1.0", change: nil)
                let sent = try await rig.push(record, to: "oci:\(server.host)/disk:1")
                let events = Mutex<[DownloadEvent]>([])
                _ = try await rig.another().add("oci:\(server.host)/disk:1") { event in
                    events.withLock { $0.append(event) }
                }
                let told = events.withLock { $0 }
                #expect(told.first == .started(resumedAt: 0, total: sent.bytesTotal))
                let progress = told.compactMap { if case .progress(let progress) = $0 { progress } else { nil } }
                #expect(progress.last?.received == sent.bytesTotal && progress.last?.total == sent.bytesTotal)
                #expect(zip(progress, progress.dropFirst()).allSatisfy { $0.received <= $1.received })
            }
        }
    }

    @Test func whatNobodyWentOnWithIsCollected() async throws {
        try await RegistryRig.with { rig in
            let place = rig.directories.downloads.appending("registry").appending("some")
            let blob = place.pushing(FilePath("blobs/sha256/1234"))
            try HostFiles.makeDirectory(blob.removingLastComponent())
            try AtomicFile.write([UInt8](repeating: 1, count: 10_000), to: blob, durable: false)
            #expect(try rig.registry.collectBlobs() == 0 && HostFiles.exists(blob))
            for old in [blob, blob.removingLastComponent(), place] {
                try await rig.run("touch", ["-d", "8 days ago", old.string])
            }
            #expect(try rig.registry.collectBlobs(isRehearsal: true) >= 10_000 && HostFiles.exists(blob))
            #expect(try rig.registry.collectBlobs() >= 10_000 && !HostFiles.exists(place))
            let parts = Downloader(directories: rig.directories)
            #expect(try await parts.collectParts(olderThan: .zero) == 0)
            #expect(try HostFiles.list(rig.directories.downloads).allSatisfy { !$0.hasSuffix(".lock") })
        }
    }

    @Test(arguments: ["short", "long", "gone"]) func aBlobThatIsNotWhatItWasIsRefused(what: String) async throws {
        try await RegistryServer.with { server in
            try await RegistryRig.with { rig in
                let record = try await rig.addDisk(version: "1.0", change: nil)
                _ = try await rig.push(record, to: "oci:\(server.host)/disk:1")
                let blob = try #require(try server.largestBlobSent())
                let bytes = try #require(try HostFiles.read(blob))
                switch what {
                case "short": try AtomicFile.write(Array(bytes.dropLast(1000)), to: blob, durable: false)
                case "long": try AtomicFile.write(bytes + [0], to: blob, durable: false)
                default: try HostFiles.remove(blob)
                }
                let friend = rig.another()
                await #expect(throws: BoxError.self) { try await friend.add("oci:\(server.host)/disk:1") }
                try friend.expectNothing()
                try AtomicFile.write(bytes, to: blob, durable: false)
                #expect(try await friend.add("oci:\(server.host)/disk:1").record.digest == record.digest)
            }
        }
    }

    @Test(.requiresRoot) func aFullDiskIsNamedAndNothingIsLeft() async throws {
        try await RegistryServer.with { server in
            try await RegistryRig.with { rig in
                let record = try await rig.addDisk(version: "1.0", change: nil)
                _ = try await rig.push(record, to: "oci:\(server.host)/disk:1")
                let friend = rig.another()
                try HostFiles.makeDirectory(friend.directories.data)
                try await SmallDisk.with(at: friend.directories.data, size: "12m") {
                    let error = await #expect(throws: BoxError.self) {
                        try await friend.add("oci:\(server.host)/disk:1")
                    }
                    #expect(error?.code == .diskFull, "\(error?.description ?? "")")
                    try friend.expectNothing()
                }
            }
        }
    }

    @Test func whatDoesNotAnswerIsNamed() async throws {
        try await RegistryRig.with { rig in
            let port = try LoopbackPort.free()
            let error = await #expect(throws: BoxError.self) { try await rig.add("oci:127.0.0.1:\(port)/disk:1") }
            #expect(error?.help?.contains("'127.0.0.1:\(port)' is a registry") == true, "\(error?.description ?? "")")
        }
    }

    /// Two processes that add the same box: one fetches it, the other waits.
    @Test func whatTwoAddAtOnceIsFetchedOnce() async throws {
        try await RegistryServer.with { server in
            try await RegistryRig.with { rig in
                let record = try await rig.addDisk(version: "1.0", change: nil)
                _ = try await rig.push(record, to: "oci:\(server.host)/disk:1")
                let friend = rig.another()
                async let one = friend.add("oci:\(server.host)/disk:1")
                async let other = friend.add("oci:\(server.host)/disk:1", name: "other")
                let moved = try await [one.bytesMoved, other.bytesMoved].filter { $0 > 0 }
                #expect(moved.count == 1)
            }
        }
    }
}

/// What registries hold besides plain images of this host's processor.
@Suite(.requiresRoot, .requires(tool: "skopeo", "docker-registry", "bsdtar", "zstd"))
struct RegistryKindTests {
    @Test(arguments: ["v2s2", "oci"]) func anImageInEitherFormOfManifestIsTaken(form: String) async throws {
        try await RegistryServer.with { server in
            try await RegistryRig.with { rig in
                // Docker's form knows gzip only
                let layout = try await rig.layout("image", [try await rig.base()])
                try await rig.run(
                    "skopeo",
                    [
                        "copy", "-q", "--dest-tls-verify=false", "--format", form, "oci:\(layout)",
                        "docker://\(server.host)/image:1",
                    ])
                let raw = try await rig.output(
                    "skopeo", ["inspect", "--raw", "--tls-verify=false", "docker://\(server.host)/image:1"])
                #expect(String(decoding: raw, as: UTF8.self).contains("vnd.docker") == (form == "v2s2"))
                let result = try await rig.add("oci:\(server.host)/image:1")
                #expect(result.record.format == .directories && result.record.architecture == "amd64")
                #expect(try await rig.store.verify("test").allSatisfy(\.differences.isEmpty))
            }
        }
    }

    @Test(arguments: [true, false]) func ofAListTheImageForThisHostIsTaken(isLayout: Bool) async throws {
        try await RegistryServer.with { server in
            try await RegistryRig.with { rig in
                let layout = try await rig.layout("image", [try await rig.base()])
                try rig.list(layout, ["s390x", OCIName.host, "unknown"])
                if !isLayout {
                    try await rig.run(
                        "skopeo",
                        [
                            "copy", "-q", "--all", "--dest-tls-verify=false", "oci:\(layout)",
                            "docker://\(server.host)/l:1",
                        ])
                }
                let result = try await rig.add(isLayout ? layout.string : "oci:\(server.host)/l:1")
                #expect(result.record.format == .directories)
                #expect(try await rig.store.verify("test").allSatisfy(\.differences.isEmpty))
            }
        }
    }

    @Test func whereNoneIsForThisHostTheOthersAreListed() async throws {
        try await RegistryRig.with { rig in
            let layout = try await rig.layout("image", [try await rig.base()])
            try rig.list(layout, ["s390x", "mips64le", "unknown"])
            let error = await #expect(throws: BoxError.self) { try await rig.add(layout.string) }
            #expect(error?.code == .missing)
            #expect(
                error?.message.contains("linux/\(OCIName.host); there is linux/mips64le, linux/s390x") == true,
                "\(error?.description ?? "")")
        }
    }
}

/// This host's processor in the words of images.
private enum OCIName {
    #if arch(arm64)
        static let host = "arm64"
    #else
        static let host = "amd64"
    #endif
}

extension RegistryRig {
    fileprivate func expectNothing(sourceLocation: SourceLocation = #_sourceLocation) throws {
        for folder in ["images", "staging"] {
            #expect(try list(folder) == [], sourceLocation: sourceLocation)
        }
        #expect(try list("names").filter { $0.hasSuffix(".json") } == [], sourceLocation: sourceLocation)
    }

    /// Makes the one image of a layout a list of images for several processors.
    fileprivate func list(_ layout: FilePath, _ architectures: [String]) throws {
        let text = String(decoding: try HostFiles.read(layout.appending("index.json")) ?? [], as: UTF8.self)
        let start = try #require(text.firstRange(of: "[{")).upperBound
        let entry = text[start...].prefix { $0 != "}" }
        let entries = architectures.map { name in
            let os = name == "unknown" ? "unknown" : "linux"
            return #"{\#(entry),"platform":{"os":"\#(os)","architecture":"\#(name)"}}"#
        }
        let list =
            #"{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[\#(entries.joined(separator: ","))]}"#
        let bytes = Array(list.utf8)
        let digest = ImageDigest(of: bytes)
        try AtomicFile.write(
            bytes, to: layout.pushing(FilePath("blobs/sha256/\(digest.hexadecimal)")), durable: false)
        let whole =
            #"{"schemaVersion":2,"manifests":[{"mediaType":"application/vnd.oci.image.index.v1+json","digest":"\#(digest)","size":\#(bytes.count)}]}"#
        try AtomicFile.write(Array(whole.utf8), to: layout.appending("index.json"), durable: false)
    }
}
