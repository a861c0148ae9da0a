import DevenvHost
package import Glibc
package import SystemPackage

/// The processes of this host, from /proc: for tests that must see that nothing was left behind.
package enum ProcessTable {
    /// The user who runs the tests.
    package static var userName: String { getpwuid(geteuid()).map { String(cString: $0.pointee.pw_name) } ?? "root" }

    /// The processes that a process started and that still run.
    package static func children(of parent: pid_t) -> [pid_t] {
        all().filter { status($0)?.parent == parent && isRunning($0) }
    }

    /// The processes below a process, at any depth.
    package static func descendants(of parent: pid_t) -> [pid_t] {
        children(of: parent).flatMap { [$0] + descendants(of: $0) }
    }

    /// The processes whose environment holds `NAME=VALUE`.
    package static func processes(withEnvironment variable: String) -> [pid_t] {
        all().filter { process in
            content(process, "environ").split(separator: 0).contains { $0.elementsEqual(variable.utf8) }
        }
    }

    /// The processes whose command line holds the text.
    package static func processes(withArgument text: String) -> [pid_t] {
        all().filter { String(decoding: content($0, "cmdline"), as: UTF8.self).contains(text) && isRunning($0) }
    }

    /// The processes that see a directory in another place, by a mount of their own.
    package static func processes(withMount place: String, of directory: FilePath) -> [pid_t] {
        // "ID PARENT MAJOR:MINOR ROOT PLACE …", the root as its file system has it; the last names tell it from others
        let names = directory.components.suffix(3).map(\.string).joined(separator: "/")
        return all().filter { process in
            String(decoding: content(process, "mountinfo"), as: UTF8.self).split(separator: "\n").contains { line in
                let fields = line.split(separator: " ", maxSplits: 5)
                return fields.count > 4 && fields[4] == place && fields[3].hasSuffix("/" + names)
            }
        }
    }

    /// Whether a process was stopped by a signal and may go on.
    package static func isStopped(_ process: pid_t) -> Bool { status(process)?.state == "T" }

    /// Whether a thread of a process opens one end of a pipe whose other end nobody has opened yet.
    package static func isOpening(_ process: pid_t) -> Bool {
        let threads = (try? HostFiles.list(FilePath("/proc/\(process)/task"))) ?? []  // it may just have ended
        return threads.contains {
            String(decoding: content(process, "task/\($0)/wchan"), as: UTF8.self) == "wait_for_partner"
        }
    }

    /// Whether a process runs; one that has ended but was not waited for does not.
    package static func isRunning(_ process: pid_t) -> Bool {
        status(process).map { $0.state != "Z" && $0.state != "X" } ?? false
    }

    private static func all() -> [pid_t] {
        let names = (try? HostFiles.list("/proc")) ?? []  // a host without /proc has no processes to show
        return names.compactMap { pid_t($0) }
    }

    private static func status(_ process: pid_t) -> (state: String, parent: pid_t)? {
        // "PID (any name) STATE PARENT …": the name may hold blanks and parentheses
        let text = String(decoding: content(process, "stat"), as: UTF8.self)
        guard let end = text.lastIndex(of: ")") else { return nil }
        let fields = text[text.index(after: end)...].split(separator: " ")
        guard fields.count > 1, let parent = pid_t(fields[1]) else { return nil }
        return (String(fields[0]), parent)
    }

    private static func content(_ process: pid_t, _ name: String) -> [UInt8] {
        // a process may end between listing and reading
        (try? HostFiles.read(FilePath("/proc/\(process)/\(name)"))).flatMap { $0 } ?? []
    }
}
