import DevenvHost
import DevenvModel
import DevenvTestSupport
import SystemPackage
import Testing

@testable import DevenvCatalogs

/// A catalog gets another key, and its readers believe it by the old one's word.
@Suite(.requires(tool: "ssh-keygen", "tar", "gzip")) struct RekeyTests {
    /// A catalog with two boxes, signed with `old`, and a reader who has remembered that key.
    private func with(_ body: (CatalogRig, _ old: FilePath, _ new: FilePath) async throws -> Void) async throws {
        try await CatalogRig.with { rig in
            let (old, new) = (try await rig.key("old"), try await rig.key("new"))
            _ = try await rig.publish(try rig.box(), key: old)
            _ = try await rig.publish(try rig.box("other", "1.0", content: "other"), key: old)
            try await rig.meet()
            try await body(rig, old, new)
        }
    }

    /// All that a reader does: the list and all listings.
    private func read(_ rig: CatalogRig, key: PublicKey? = nil) async throws -> Catalog {
        let catalog = try await rig.open(key: key)
        #expect(try await rig.library.verify(catalog) == [])
        return catalog
    }

    @Test func whoKnowsTheOldKeyBelievesTheNewOneAndIsTold() async throws {
        try await with { rig, old, new in
            let done = try await rig.publisher.rekey(to: new, from: old)
            let keys = [try rig.publicKey(old), try rig.publicKey(new)]
            #expect([done.former, done.key] == keys && !done.wasDone)
            let catalog = try await read(rig)
            #expect(catalog.key == done.key && catalog.formerKey == done.former && !catalog.isNewlyTrusted)
            // whoever is told by an Envfile too
            #expect(try await read(rig, key: done.former).formerKey == done.former)
            // reading alone changes nothing; getting a box does
            #expect(try rig.user.key(of: catalog.location) == done.former)
            try await rig.user.move(catalog.location, from: done.former, to: done.key)
            #expect(try rig.user.key(of: catalog.location) == done.key)
            #expect(try await read(rig).formerKey == nil)
        }
    }

    @Test func whoMeetsItLaterKnowsTheNewKeyOnly() async throws {
        try await with { rig, old, new in
            _ = try await rig.publisher.rekey(to: new, from: old)
            #expect(try await read(rig, key: try rig.publicKey(new)).formerKey == nil)
            let error = await #expect(throws: CatalogError.self) {
                _ = try await rig.open(key: try rig.publicKey(try await rig.key("stranger")))
            }
            #expect(error?.code == .untrusted)
        }
    }

    @Test func theNewKeyPublishesAndTheOldOneDoesNot() async throws {
        try await with { rig, old, new in
            _ = try await rig.publisher.rekey(to: new, from: old)
            let error = await #expect(throws: CatalogError.self) {
                _ = try await rig.publish(try rig.box("team/base", "2.0", content: "next"), key: old)
            }
            #expect(error?.code == .untrusted)
            _ = try await rig.publish(try rig.box("team/base", "2.0", content: "next"), key: new)
            let former = try rig.publicKey(old)
            #expect(try await read(rig).formerKey == former)
            // the old signature has gone with it
            let signature = try HostFiles.read(rig.catalog.appending("boxes/team/base.json.sig"))
            #expect(Signer.blocks(try #require(signature)).count == 1)
        }
    }

    @Test func aKeyIsFollowedOverSeveralChanges() async throws {
        try await with { rig, old, new in
            let third = try await rig.key("third")
            _ = try await rig.publisher.rekey(to: new, from: old)
            _ = try await rig.publisher.rekey(to: third, from: new)
            let key = try rig.publicKey(third)
            #expect(try await read(rig).key == key)
            #expect(try await rig.publisher.rekey(to: third, from: old).wasDone)
        }
    }

    /// Whoever can write to the server, and has keys of his own.
    @Test(arguments: ["no handover", "another's handover", "a handover by another key", "a broken signature"])
    func aKeyWithoutTheOldOnesWordIsRefused(_ attack: String) async throws {
        try await with { rig, old, new in
            let stranger = try await rig.key("stranger")
            let (oldKey, own) = (try rig.publicKey(old), try rig.publicKey(stranger))
            let signer = Signer(runner: SystemToolRunner())
            let honest = try await signer.handOver(oldKey, old, to: try rig.publicKey(new))
            let handovers: [KeyHandover] =
                switch attack {
                case "no handover": []
                case "another's handover": [KeyHandover(former: oldKey, next: own, signature: honest.signature)]
                case "a handover by another key":
                    [
                        KeyHandover(
                            former: oldKey, next: own,
                            signature: try await signer.sign(
                                KeyHandover.statement(oldKey, own), with: stranger, as: KeyHandover.namespace))
                    ]
                default:
                    [
                        KeyHandover(
                            former: oldKey, next: own,
                            signature: try await signer.sign(KeyHandover.statement(oldKey, own), with: old))
                    ]
                }
            let file = rig.catalog.appending(CatalogIndex.fileName)
            let index = CatalogIndex(
                key: own, boxes: ["team/base": "boxes/team/base.json"], handovers: handovers)
            try AtomicFile.write(index.rendered(), to: file)
            try AtomicFile.write(
                try await signer.sign(index.rendered(), with: stranger), to: FilePath(file.string + ".sig"))
            let error = await #expect(throws: CatalogError.self) { _ = try await rig.open() }
            #expect(error?.code == .untrusted)
            #expect(error?.message.contains(oldKey.fingerprint) == true)
            #expect(error?.message.contains(own.fingerprint) == true)
        }
    }

    @Test func aHandoverAloneIsNoSignature() async throws {
        try await with { rig, old, new in
            _ = try await rig.publisher.rekey(to: new, from: old)
            let file = rig.catalog.appending("boxes/team/base.json")
            let text = try #require(try HostFiles.read(file))
            try AtomicFile.write(text + Array(" ".utf8), to: file)
            let problems = try await rig.library.verify(try await rig.open())
            #expect(problems.count == 1 && problems[0].contains("not signed as it must be"), "\(problems)")
        }
    }

    @Test func whatSomebodyElseHasChangedGetsNoNewSignature() async throws {
        try await with { rig, old, new in
            let file = rig.catalog.appending("boxes/other.json")
            try AtomicFile.write((try HostFiles.read(file) ?? []) + Array(" ".utf8), to: file)
            let before = try rig.files().map { try HostFiles.read(rig.catalog.pushing(FilePath($0))) }
            let error = await #expect(throws: CatalogError.self) {
                _ = try await rig.publisher.rekey(to: new, from: old)
            }
            #expect(error?.code == .untrusted && error?.message.contains("boxes/other.json") == true)
            #expect(try rig.files().map { try HostFiles.read(rig.catalog.pushing(FilePath($0))) } == before)
        }
    }

    @Test func aCatalogWithAnotherKeyOrNoneIsLeftAlone() async throws {
        try await with { rig, old, new in
            for (to, from) in [(old, new), (old, old)] {
                await #expect(throws: CatalogError.self) { _ = try await rig.publisher.rekey(to: to, from: from) }
            }
            try HostFiles.remove(rig.catalog)
            await #expect(throws: CatalogError.self) { _ = try await rig.publisher.rekey(to: new, from: old) }
            _ = try await rig.publish(try rig.box())
            let error = await #expect(throws: CatalogError.self) {
                _ = try await rig.publisher.rekey(to: new, from: old)
            }
            #expect(error?.message.contains("it is not signed") == true)
        }
    }

    @Test func theWayFromKeyToKeyIsFound() throws {
        let keys = ["AAAA", "BBBB", "CCCC", "DDDD"].compactMap { PublicKey(parsing: "ssh-ed25519 \($0)") }
        try #require(keys.count == 4)
        func handover(_ from: Int, _ to: Int) -> KeyHandover {
            KeyHandover(former: keys[from], next: keys[to], signature: [])
        }
        let circle = [handover(0, 1), handover(1, 0), handover(1, 2)]
        #expect(KeyHandover.way(from: keys[0], to: keys[2], in: circle) == [circle[0], circle[2]])
        #expect(KeyHandover.way(from: keys[0], to: keys[3], in: circle) == nil)
        #expect(KeyHandover.way(from: keys[2], to: keys[0], in: circle) == nil)
    }
}
