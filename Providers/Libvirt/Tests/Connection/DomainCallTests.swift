import DevenvPluginAPI
import DevenvTestSupport
import LibvirtProvider
import Testing

/// Calls on domains of libvirt's test driver, which needs no daemon: its state is this process's.
@Suite(.requires(library: "libvirt.so.0")) struct DomainCallTests {
    @Test func aDomainGoesThroughItsLife() async throws {
        try await TestDriver.withDomain { connection, id in
            #expect(try await connection.domainInfo(id).state == .shutOff(.unknown))
            try await connection.start(id)
            #expect(try await connection.domains(of: [id])[id]?.state == .running)
            try await connection.suspend(id)
            #expect(try await connection.domains(of: [id])[id]?.state == .paused(.user))
            try await connection.resume(id)
            try await connection.managedSave(id)
            #expect(try await connection.domains(of: [id])[id]?.hasManagedSave == true)
            try await connection.start(id)
            try await connection.powerOff(id, gracefully: false)
            let info = try #require(try await connection.domains(of: [id])[id])
            #expect(info.state == .shutOff(.destroyed))
            #expect(!info.isActive && info.isPersistent && !info.hasManagedSave)
        }
    }

    @Test func aListingAndASingleLookAgree() async throws {
        try await TestDriver.withDomain { connection, id in
            #expect(try await connection.domainInfo(id) == connection.domains(of: [id])[id])
            try await connection.start(id)
            try await connection.suspend(id)
            #expect(try await connection.domainInfo(id) == connection.domains(of: [id])[id])
        }
    }

    @Test func domainsThatDoNotExistAreLeftOutOfAListing() async throws {
        let absent = try #require(DomainID("00000000-0000-0000-0000-0000000000ff"))
        try await TestDriver.withDomain { connection, id in
            let found = try await connection.domains(of: [id, absent])
            #expect(found.map(\.key) == [id])
            #expect(try await connection.domainID(named: "devenv-nobody") == nil)
            let error = await #expect(throws: LibvirtError.self) { try await connection.start(absent) }
            #expect(error?.isMissing == true)
        }
    }

    @Test func aDomainIsFoundByItsName() async throws {
        try await TestDriver.withDomain { connection, id in
            let found = try await connection.domainID(named: TestDriver.name(of: id))
            #expect(found == id)
        }
    }

    @Test func domainsAreNeitherStartedNorStoppedTwice() async throws {
        try await TestDriver.withDomain { connection, id in
            try await connection.start(id)
            await #expect(throws: LibvirtError.self) { try await connection.start(id) }
            try await connection.powerOff(id, gracefully: false)
            let error = await #expect(throws: LibvirtError.self) {
                try await connection.powerOff(id, gracefully: false)
            }
            #expect(error?.isOperationInvalid == true)
        }
    }

    @Test func metadataIsKeptAndFound() async throws {
        let machine = XMLElement("devenv:machine", ["xmlns:devenv": "urn:devenv:1", "project": "p", "machine": "a&b"])
        try await TestDriver.withDomain([XMLElement("metadata", [:], [machine])]) { connection, id in
            // libvirt may choose another prefix
            let found = try #require(try await connection.domainMetadata(id))
            #expect(found[attribute: "machine"] == "a&b")
            #expect(try await connection.domainXML(id, inactive: true)["metadata", "devenv:machine"] == machine)
        }
        try await TestDriver.withDomain { connection, id in
            let none = try await connection.domainMetadata(id)
            #expect(none == nil)
        }
    }

    @Test func undefiningTakesManagedSaveAndSnapshotsAlong() async throws {
        try await TestDriver.withDomain { connection, id in
            try await connection.start(id)
            try await connection.createSnapshot(id, XMLElement("domainsnapshot", [:], [XMLElement("name", text: "s")]))
            try await connection.managedSave(id)
            try await connection.undefine(id)
            #expect(try await connection.domains(of: [id]).isEmpty)
        }
    }

    @Test func managedSaveCanBeThrownAway() async throws {
        try await TestDriver.withDomain { connection, id in
            try await connection.removeManagedSave(id)
            try await connection.start(id)
            try await connection.managedSave(id)
            #expect(try await connection.hasManagedSave(id))
            try await connection.removeManagedSave(id)
            #expect(try await !connection.hasManagedSave(id))
        }
    }

    @Test func snapshotsFormAChain() async throws {
        try await TestDriver.withDomain { connection, id in
            let snapshot = { (name: String) in XMLElement("domainsnapshot", [:], [XMLElement("name", text: name)]) }
            #expect(try await connection.createSnapshot(id, snapshot("one")) == "one")
            try await connection.start(id)
            try await connection.createSnapshot(id, snapshot("two"))
            let found = try await connection.snapshots(id).sorted { $0.name < $1.name }
            #expect(found.map(\.name) == ["one", "two"])
            #expect(found.map(\.parent) == [nil, "one"])
            #expect(found.map(\.isCurrent) == [false, true])
            try await connection.revert(id, to: "one")
            #expect(try await connection.domainInfo(id).state == .shutOff(.fromSnapshot))
            try await connection.deleteSnapshot(id, "two")
            #expect(try await connection.snapshots(id).map(\.name) == ["one"])
            let error = await #expect(throws: LibvirtError.self) { try await connection.revert(id, to: "two") }
            #expect(error?.isMissing == true)
        }
    }

    @Test func memoryAndProcessorsOfAStoppedDomainChange() async throws {
        try await TestDriver.withDomain { connection, id in
            try await connection.setMemory(id, bytes: 128 << 20, live: false, config: true)
            try await connection.setProcessors(id, 2, live: false, config: true)
            let xml = try await connection.domainXML(id, inactive: true)
            #expect(xml["memory"]?.text == "131072" && xml["currentMemory"]?.text == "131072")
            #expect(xml["vcpu"]?.text == "2")
            try await connection.setMemory(id, bytes: 64 << 20, live: false, config: true)
            try await connection.setProcessors(id, 1, live: false, config: true)
            #expect(try await connection.domainXML(id, inactive: true)["memory"]?.text == "65536")
        }
    }

    @Test func whatADriverCanNotDoIsUnsupported() async throws {
        try await TestDriver.withDomain { connection, id in
            try await connection.start(id)
            let error = await #expect(throws: LibvirtError.self) {
                try await connection.blockResize(id, disk: "vda", bytes: 1 << 20)
            }
            #expect(error?.isUnsupported == true)
            #expect(error?.providerError("growing 'web'").code == .unsupported)
        }
    }

    @Test func theLibraryAndTheHostAreKnown() async throws {
        let connection = try await LibvirtConnection.open(TestDriver.uri)
        #expect(try await connection.libraryVersion() >= 3_004_000)
        #expect(try await connection.hypervisorVersion() > 0)
        #expect(try await connection.nodeInfo().processors > 0)
        #expect(try await connection.capabilities().name == "capabilities")
    }
}
