import DevenvPluginAPI

/// What a machine of VirtualBox does.
struct VMState: Hashable, Sendable {
    /// The word, as `VMState` has it; that of lists for people is translated.
    let word: String

    /// Takes the word of `showvminfo --machinereadable`.
    init(_ word: String) { self.word = word }

    /// Takes what `list --long vms` says: `powered off (since 2026-11-22T09:07:57.426000000)`.
    init(listed text: some StringProtocol) {
        let words = text.prefix { $0 != "(" }.trimmingSuffix(while: \.isWhitespace)
        self.init(Self.translation[String(words)] ?? words.filter { $0 != " " && $0 != "-" })
    }

    /// It is off and has nothing in memory.
    static let poweredOff = VMState("poweroff")
    /// It is off because its process was ended.
    static let aborted = VMState("aborted")
    /// Its memory is on disk.
    static let saved = VMState("saved")
    /// It runs.
    static let running = VMState("running")
    /// Its processors are held.
    static let paused = VMState("paused")
    /// VirtualBox can't read its settings.
    static let inaccessible = VMState("inaccessible")

    /// Whether a process has it.
    var isActive: Bool { !Self.resting.contains(word) && self != .inaccessible }

    /// Whether it can be started, or let go on.
    var isSaved: Bool { word == "saved" || word == "abortedsaved" }

    /// What devenv takes it for.
    var observed: MachineObservation.State {
        switch word {
        case "inaccessible": .broken("VirtualBox can't read the machine's settings")
        case "gurumeditation", "stuck": .broken("VirtualBox has stopped the machine after a fault of its processors")
        case "saved", "abortedsaved", "paused": .suspended
        case _ where Self.resting.contains(word): .stopped
        default: .running
        }
    }

    /// In lists for people, where they differ by more than spaces.
    private static let translation = ["powered off": "poweroff", "guru meditation": "gurumeditation"]
    private static let resting: Set<String> = ["poweroff", "aborted", "saved", "abortedsaved", "teleported"]
}

extension Substring {
    fileprivate func trimmingSuffix(while condition: (Character) -> Bool) -> Substring {
        var result = self
        while let last = result.last, condition(last) { result.removeLast() }
        return result
    }
}

extension StringProtocol {
    fileprivate func trimmingSuffix(while condition: (Character) -> Bool) -> Substring {
        Substring(self).trimmingSuffix(while: condition)
    }
}
