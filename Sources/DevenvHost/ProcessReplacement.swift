import Glibc
package import SystemPackage

/// Becoming another program.
package enum ProcessReplacement {
    /// Replaces this process by a program, execve(2): same process id, same terminal, same streams. Returns only to fail.
    package static func become(_ program: FilePath, _ arguments: [String], environment: [String: String])
        throws(HostError) -> Never
    {
        // What we ignore, the program would ignore as well; handlers go away by themselves.
        signal(SIGPIPE, SIG_DFL)
        let words = ([program.string] + arguments).map { strdup($0) }
        let variables = environment.map { strdup("\($0.key)=\($0.value)") }
        defer { for pointer in words + variables { free(pointer) } }
        execve(program.string, words + [nil], variables + [nil])
        throw HostError("running", program, Errno(rawValue: errno))
    }
}
