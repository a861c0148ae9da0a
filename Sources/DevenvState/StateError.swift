package import DevenvHost
package import DevenvModel
import SystemPackage

/// Why recorded state could not be read or written.
package struct StateError: Error, Sendable, CustomStringConvertible {
    /// What was attempted, on what, and why it failed; lower case, without a full stop.
    package let message: String
    /// What to do about it.
    package let help: String?
    /// Who holds the lock, where that is why.
    package let holder: FileLock.Holder?
    /// Whether a lock is why.
    package let isLocked: Bool
    /// Whether a full disk is why.
    package let isDiskFull: Bool
    /// Whether what a file says makes no sense.
    package let isDamage: Bool

    private init(
        _ message: String, help: String? = nil, holder: FileLock.Holder? = nil, isLocked: Bool = false,
        isDiskFull: Bool = false, isDamage: Bool = false
    ) {
        self.message = message
        self.help = help
        self.holder = holder
        self.isLocked = isLocked
        self.isDiskFull = isDiskFull
        self.isDamage = isDamage
    }

    /// The message and the help on one line.
    package var description: String { help.map { "\(message); \($0)" } ?? message }

    /// A file could not be read or written.
    package static func host(_ error: HostError) -> StateError {
        let isClosed = [.readOnlyFileSystem, .permissionDenied].contains(error.errno)
        return StateError(
            error.description,
            help: isClosed
                ? "devenv keeps its records there: make it writable; 'devenv status', 'plan' and 'ssh' only read" : nil,
            isDiskFull: [.noSpace, .diskQuotaExceeded].contains(error.errno))
    }

    /// Runs something with files of this host and translates its error.
    static func wrap<Value: ~Copyable>(_ body: () throws(HostError) -> Value) throws(StateError) -> Value {
        do { return try body() } catch { throw .host(error) }
    }

    /// A state file is damaged.
    package static func damaged(_ path: String, _ reason: String) -> StateError {
        StateError(
            "reading '\(path)': \(reason)",
            help:
                "put it back from a backup; without one, remove it, and what it tells of with the provider's own tools",
            isDamage: true)
    }

    /// The state of a project was copied with its directory.
    package static func copied(_ directory: String, of original: String) -> StateError {
        StateError(
            "'\(directory)/.devenv' is a copy of '\(original)/.devenv', and its machines are those of the project there",
            help: "remove '\(directory)/.devenv' to have machines of its own here")
    }

    /// A network's subnet belongs to another project of this host.
    package static func subnetTaken(_ network: String, _ subnet: IPv4Subnet, by other: KnownProject) -> StateError {
        StateError(
            "network '\(network)' is to have the subnet \(subnet), which the project '\(other.name)' in '\(other.directory)' uses",
            help: "choose another subnet, or leave it out and get a free one")
    }

    /// A state file was written by a later version.
    package static func tooNew(_ path: String, schema: Int) -> StateError {
        StateError(
            "reading '\(path)': it has format \(schema), which this devenv does not know", help: "use a newer devenv")
    }

    /// Another process works on a machine or on the project.
    package static func locked(_ subject: String, by holder: FileLock.Holder?) -> StateError {
        let who =
            holder.map { "by process \($0.processID) (\($0.command)), since \(UTCTime.text($0.since))" }
            ?? "by another process"
        return StateError(
            "\(subject) is locked \(who)", help: "wait for it to end, or run the command with --wait, which does",
            holder: holder, isLocked: true)
    }
}
