package import DevenvHost
import SystemPackage

/// Why something with a box could not be done.
package struct BoxError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure it is, for the engine and for tests; people read the message.
    package struct Code: Hashable, Sendable {
        private let name: String
        private init(_ name: String) { self.name = name }

        /// There is no such box.
        package static let missing = Code("missing")
        /// The name is taken by another box.
        package static let taken = Code("taken")
        /// Machines still need it.
        package static let inUse = Code("in use")
        /// What was given can't be a box, or can't be named so.
        package static let invalid = Code("invalid")
        /// What the store holds is not what it wrote.
        package static let damaged = Code("damaged")
        /// The user may not do this.
        package static let notPermitted = Code("not permitted")
        /// A program that is needed is not installed.
        package static let toolMissing = Code("tool missing")
        /// No space is left.
        package static let diskFull = Code("disk full")
        /// The command was interrupted.
        package static let cancelled = Code("cancelled")
        /// A system call or a tool failed.
        package static let failed = Code("failed")
    }

    /// What kind of failure it is.
    package let code: Code
    /// What was attempted, on what, and why it failed; lower case, without a full stop.
    package let message: String
    /// What to do about it.
    package let help: String?
    /// What of a recipe is at fault; nil where no part of one is.
    package let part: Part?

    /// Describes a failure.
    package init(_ code: Code, _ message: String, help: String? = nil, part: Part? = nil) {
        self.code = code
        self.message = message
        self.help = help
        self.part = part
    }

    /// A part of the recipe of a box that is built.
    package enum Part: Hashable, Sendable {
        /// A package, as it was asked for.
        case package(String)
        /// The file of this index.
        case file(Int)
        /// The script of this index.
        case script(Int)
        /// The size of the disk.
        case size
        /// The box that it begins with.
        case base
    }

    /// The message and the help on one line.
    package var description: String { help.map { "\(message); \($0)" } ?? message }
}

extension BoxError {
    /// Translates a failure with a file of the store.
    package static func file(_ error: HostError) -> BoxError {
        switch error.errno {
        case .noSpace, .diskQuotaExceeded: .diskFull(error.description)
        case .permissionDenied, .notPermitted:
            BoxError(.notPermitted, error.description, help: "run the command as somebody who may do so, such as root")
        default: BoxError(.failed, error.description)
        }
    }

    /// No space is left for what was attempted.
    static func diskFull(_ attempt: String) -> BoxError {
        BoxError(
            .diskFull, "\(attempt): no space left on the device",
            help: "free some space, for example with 'devenv box remove NAME'; nothing was left behind")
    }

    /// Only root may add a tree.
    static func notPermitted(_ attempt: String) -> BoxError {
        BoxError(
            .notPermitted, "\(attempt): a box holds files of many owners and devices, which only root may make",
            help:
                "run the command as root, for example with sudo, or see what 'devenv doctor' misses for containers of yours"
        )
    }

    /// Runs a file operation and translates its error.
    package static func wrap<Value: ~Copyable>(_ body: () throws(HostError) -> Value) throws(BoxError) -> Value {
        do { return try body() } catch { throw .file(error) }
    }

    /// Translates a tool that could not be run to its end.
    package static func tool(_ error: ToolError, _ attempt: String) -> BoxError {
        switch error.code {
        case .missing:
            BoxError(
                .toolMissing, "\(attempt): '\(error.tool)' is not installed",
                help: "run 'apt-get install \(package(of: error.tool))'")
        case .cancelled: BoxError(.cancelled, "\(attempt): interrupted")
        default: BoxError(.failed, "\(attempt): \(error.description)")
        }
    }

    /// The Debian package that a program is in.
    private static func package(of tool: String) -> String {
        switch tool {
        case "qemu-img": "qemu-utils"
        case "xz": "xz-utils"
        case "bsdtar": "libarchive-tools"
        case "debugfs", "dumpe2fs", "e2fsck", "tune2fs": ExtTools.package
        case "sfdisk": "fdisk"
        case "ssh-keygen": "openssh-client"
        default: tool
        }
    }
}
