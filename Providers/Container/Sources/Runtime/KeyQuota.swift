import DevenvHost
import DevenvPluginAPI
import SystemPackage

/// How many keys a user may have, keyrings(7), "/proc files". The runtime makes a keyring for each container and each session in a
/// machine makes up to three more, all of which belong to the same few ids on this host: by default the kernel allows each
/// 200, so that some fifty machines would leave none for the next.
struct KeyQuota {
    /// A setting and its value.
    struct Change: Hashable {
        let setting: String
        let value: Int
    }

    /// What the kernel allows each user.
    let keys: Int
    /// What it allows them to take, in bytes.
    let bytes: Int

    /// Allows more where the users of machines have half of what they may: other machines start at the same time. Nothing in a realm,
    /// whose root may not. What fails here is reported by the runtime, should it matter.
    static func widen(for ids: IDRange) {
        guard UserRealm.current == nil, let users = try? HostFiles.read("/proc/key-users"), let quota = KeyQuota()
        else { return }
        for change in quota.changes(for: ids, among: String(decoding: users, as: UTF8.self)) {
            try? KernelSetting.write(String(change.value), to: change.setting)
        }
    }

    /// What a message advises where this process may not.
    static let cure = "sysctl -w kernel.keys.maxkeys=2000 kernel.keys.maxbytes=200000"

    /// Whether a runtime's message says that there are too many keys.
    static func isExceeded(_ message: String) -> Bool {
        message.contains("session key") && message.contains("quota exceeded")
    }

    init(keys: Int, bytes: Int) {
        self.keys = keys
        self.bytes = bytes
    }

    private init?() {
        guard let keys = Self.read(Self.keysSetting), let bytes = Self.read(Self.bytesSetting) else { return nil }
        self.init(keys: keys, bytes: bytes)
    }

    /// What has to be written: twice of what is allowed, of both together, as keys of sessions take about as many bytes each as the
    /// defaults have it.
    func changes(for ids: IDRange, among users: String) -> [Change] {
        let isHalfUsed = users.split(separator: "\n").contains { line in
            guard let user = User(line), ids.contains(user.id) else { return false }
            return user.keys * 2 >= keys || user.bytes * 2 >= bytes
        }
        guard isHalfUsed else { return [] }
        return [
            Change(setting: Self.keysSetting, value: keys * 2), Change(setting: Self.bytesSetting, value: bytes * 2),
        ]
    }

    private static let keysSetting = "kernel/keys/maxkeys"
    private static let bytesSetting = "kernel/keys/maxbytes"

    private static func read(_ setting: String) -> Int? {
        guard let bytes = try? HostFiles.read(FilePath("/proc/sys/\(setting)")) else { return nil }  // no such kernel
        return Int(String(decoding: bytes, as: UTF8.self).filter { $0 != "\n" })
    }

    /// A line of /proc/key-users: id, usage, keys, `count/maximum`, `bytes/maximum`.
    private struct User {
        let id: UInt32
        let keys: Int
        let bytes: Int

        init?(_ line: Substring) {
            let fields = line.split { $0 == " " || $0 == ":" }
            guard fields.count == 5, let id = UInt32(fields[0]), let keys = Int(fields[3].prefix { $0 != "/" }),
                let bytes = Int(fields[4].prefix { $0 != "/" })
            else { return nil }
            self.id = id
            self.keys = keys
            self.bytes = bytes
        }
    }
}
