import DevenvHost
import DevenvPluginAPI
import SystemPackage

/// The freezer, which lets every process of a machine stand still: `freezer.state` of version 1
/// (kernel, admin-guide/cgroup-v1/freezer-subsystem.rst), `cgroup.freeze` of version 2 (cgroup-v2.rst).
///
/// Its files are written directly: that takes 3 ms where `runc pause` takes 7, and works where runc's state is damaged.
extension ControlGroups {
    /// Whether the machine's processes were told to stand still.
    var isFrozen: Bool {
        guard let freezer else { return false }
        let file = freezer.version == 1 ? "freezer.self_freezing" : "cgroup.freeze"
        return Self.text(of: freezer.directory.appending(file)) == "1"
    }

    /// Lets every process stand still and returns when all do. Repeating it changes nothing. Throws `.timedOut`, and lets them
    /// go on, where one does not within 10 seconds, such as one that waits for a disk that does not answer.
    func freeze() async throws(ProviderError) {
        guard let freezer else {
            guard UserRealm.current == nil else { throw GroupOutlook.refusal("suspending the machine") }
            throw .unsupported(
                "this host has no freezer for control groups", help: "mount the hierarchy 'freezer' at /sys/fs/cgroup")
        }
        let deadline = ContinuousClock.now + .seconds(10)
        var tries = 0
        while ContinuousClock.now < deadline, !Task.isCancelled {
            // again each time: a process that was being made meanwhile may have missed it
            try write(true, freezer)
            if freezer.isDone { return }
            tries += 1
            // version 1 does not always come to an end while processes are made: as with runc, all go on for a moment
            let isStuck = tries % 50 == 0
            if isStuck { try write(false, freezer) }
            // where the task is cancelled, the loop ends
            try? await Task.sleep(for: .milliseconds(isStuck ? 10 : 1))
        }
        try thaw()
        try ProviderError.checkCancellation("suspending '\(path)'")
        throw .timedOut("processes of '\(path)' did not stand still within 10 seconds")
    }

    /// Lets the processes go on. On those that do it changes nothing.
    func thaw() throws(ProviderError) {
        guard let freezer else { return }
        try write(false, freezer)
    }

    /// Lets processes go on in groups that the machine itself has frozen below its own, as container engines do to pause.
    func thawBelow() {
        for directory in tree where Self.text(of: directory.appending("freezer.self_freezing")) == "1" {
            try? write(false, Freezer(directory: directory, version: 1))  // it may just have been removed
        }
    }

    private struct Freezer {
        let directory: FilePath
        let version: Int

        /// Whether all processes stand still.
        var isDone: Bool {
            guard version == 2 else { return text(of: directory.appending("freezer.state")) == "FROZEN" }
            return text(of: directory.appending("cgroup.events")).split(separator: "\n").contains("frozen 1")
        }
    }

    /// That of version 1 where there is one: a host with both has its processes there.
    private var freezer: Freezer? {
        let directories = directories
        if let first = directories.first(where: { HostFiles.exists($0.appending("freezer.state")) }) {
            return Freezer(directory: first, version: 1)
        }
        return directories.first { HostFiles.exists($0.appending("cgroup.freeze")) }.map {
            Freezer(directory: $0, version: 2)
        }
    }

    private func write(_ isFrozen: Bool, _ freezer: Freezer) throws(ProviderError) {
        let (name, on, off) =
            freezer.version == 1 ? ("freezer.state", "FROZEN", "THAWED") : ("cgroup.freeze", "1", "0")
        let path = freezer.directory.appending(name)
        try ProviderError.translate { () throws(HostError) in
            try Self.write(isFrozen ? on : off, to: path, isFrozen ? "freezing" : "thawing")
        }
    }

    /// What a file of the kernel says; nothing where it is gone, and the group with it.
    private static func text(of path: FilePath) -> String {
        let bytes = (try? HostFiles.read(path, limit: 4096)) ?? nil
        return String(decoding: (bytes ?? []).filter { $0 != 0 }, as: UTF8.self).split(separator: "\n")
            .joined(separator: "\n")
    }
}
