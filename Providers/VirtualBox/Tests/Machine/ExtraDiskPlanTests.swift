import DevenvModel
import SystemPackage
import Testing

@testable import VirtualBoxProvider

/// What brings extra disks to the wanted ones.
struct ExtraDiskPlanTests {
    private static let base = "aaaaaaaa-2222-4333-8444-555555555555"
    private static let difference = "bbbbbbbb-2222-4333-8444-555555555555"
    private static let listing = """
        UUID:           \(base)
        Parent UUID:    base
        State:          created
        Location:       /m/web/extra-data.vdi
        Capacity:       64 MBytes

        UUID:           \(difference)
        Parent UUID:    \(base)
        State:          created
        Location:       /m/web/Snapshots/{\(difference)}.vdi
        Capacity:       128 MBytes
        """

    private func plan(_ wanted: [ExtraDisk], attached: String = difference) -> ExtraDiskPlan {
        ExtraDiskPlan(
            wanted,
            [
                .init(slot: StorageSlot("SATA", port: 0), medium: "/m/web/root.vdi", id: nil),
                .init(slot: StorageSlot("SATA", port: 1), medium: "/m", id: VMID(attached)),
            ], DiskCensus(Self.listing))
    }

    private func disk(_ name: String, _ mebibytes: Int64) -> ExtraDisk {
        ExtraDisk(name: name, size: ByteCount(bytes: mebibytes << 20))
    }

    @Test func aDiskIsKnownByTheFileThatItStandsOn() {
        let plan = plan([disk("data", 128)])
        #expect(plan.present.map(\.name) == ["data"])
        #expect(plan.present.first?.mebibytes == 128)
        #expect(plan.superfluous.isEmpty && plan.growing.isEmpty && plan.shrinking == nil)
        #expect(plan.missing(besides: [0]).isEmpty)
    }

    @Test func disksGrowAndDoNotShrink() {
        #expect(plan([disk("data", 256)]).growing.map(\.mebibytes) == [256])
        #expect(plan([disk("data", 64)]).shrinking?.wish.mebibytes == 64)
        #expect(plan([disk("data", 64)], attached: Self.base).shrinking == nil)
    }

    @Test func newDisksTakeTheLowestPortsThatAreFree() {
        let wanted = [disk("one", 1), disk("data", 128), disk("two", 1)]
        #expect(plan(wanted).missing(besides: [0]).map(\.port) == [2, 3])
        let others = plan([disk("one", 1), disk("two", 1)])
        #expect(others.superfluous.map(\.name) == ["data"])
        #expect(others.missing(besides: [0]).map(\.port) == [1, 2])
    }
}
