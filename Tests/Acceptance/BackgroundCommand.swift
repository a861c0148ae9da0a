import DevenvTestSupport
import Glibc
import SystemPackage
import Testing

/// The program running beside a test.
struct BackgroundCommand {
    /// Its process.
    let process: pid_t

    /// Starts it; its output is not looked at.
    static func start(_ arguments: [String], in project: AcceptanceProject) throws -> BackgroundCommand {
        let script =
            "cd \"$1\" && shift && DEVENV_HOME=\"$1\" && export DEVENV_HOME && shift && exec \"$@\" >/dev/null 2>&1"
        let words =
            [
                "sh", "-c", script, "sh", project.directory.string, project.binary.home.string,
                BuiltProgram.devenv.string,
            ]
            + arguments
        var pointers: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        defer { pointers.forEach { free($0) } }
        var process: pid_t = 0
        let error = posix_spawn(&process, "/bin/sh", nil, nil, &pointers, environ)
        guard error == 0 else { throw Errno(rawValue: error) }
        return BackgroundCommand(process: process)
    }

    /// Ends it where a failed test has left it running; it may have been waited for already.
    func abandon() {
        var status: Int32 = 0
        if waitpid(process, &status, WNOHANG) == 0 { kill(process, SIGKILL) }
    }

    /// Waits for the end and returns the exit status, 128 and the signal where one ended it.
    func end(within limit: Duration) async throws -> Int32 {
        var status: Int32 = 0
        do {
            try await eventually("the command ends", within: limit) { waitpid(process, &status, WNOHANG) == process }
        } catch {
            kill(process, SIGKILL)
            waitpid(process, &status, 0)
            throw error
        }
        return status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F
    }
}
