import Testing

@testable import ContainerProvider

/// When the kernel has to allow more keys, from what /proc/key-users says.
struct KeyQuotaTests {
    private static func users(_ id: UInt32, keys: Int, bytes: Int) -> String {
        """
            0:    76 75/75 70/1000000 1250/25000000
         1000:   198 198/198 198/200 9000/20000
        \(id):   \(keys) \(keys)/\(keys) \(keys)/200 \(bytes)/20000
        """
    }

    private func changes(_ id: UInt32 = 1_879_049_192, keys: Int, bytes: Int = 0) -> [KeyQuota.Change] {
        KeyQuota(keys: 200, bytes: 20_000).changes(for: .standard, among: Self.users(id, keys: keys, bytes: bytes))
    }

    @Test func halfOfEitherIsTheTimeToAllowTwiceOfBoth() {
        let twice = [
            KeyQuota.Change(setting: "kernel/keys/maxkeys", value: 400),
            KeyQuota.Change(setting: "kernel/keys/maxbytes", value: 40_000),
        ]
        #expect(changes(keys: 99, bytes: 9_999).isEmpty)
        #expect(changes(keys: 100) == twice)
        #expect(changes(keys: 3, bytes: 10_000) == twice)
    }

    @Test func whatOthersHaveIsTheirs() {
        // the last id of machines, and the one after it
        #expect(!changes(1_879_113_727, keys: 200).isEmpty)
        #expect(changes(1_879_113_728, keys: 200).isEmpty)
        #expect(KeyQuota(keys: 200, bytes: 20_000).changes(for: .standard, among: "?\n1879048192: 1\n").isEmpty)
    }

    @Test func theRuntimesMessageNamesTheCure() {
        let message = "unable to join session keyring: unable to create session key: disk quota exceeded"
        #expect(KeyQuota.isExceeded(message))
        #expect(!KeyQuota.isExceeded("writing to '/srv': disk quota exceeded"))
    }
}
