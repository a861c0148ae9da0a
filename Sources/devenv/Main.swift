import ContainerProvider
import DevenvCommands
import DevenvEngine
import DevenvHost
import DevenvPluginAPI
import Glibc
import LibvirtProvider
import SystemPackage

/// The executable: it reads what the system gives a process and hands it on.
@main
struct Main {
    static func main() async {
        guard let arguments = arguments() else {
            // whether this can be written or not, we end
            _ = try? FileDescriptor.standardError.writeAll("error: an argument is not UTF-8\n".utf8)
            exit(ExitStatus.usage.code)
        }
        if let status = ForwardRelay.serve(arguments) ?? MachineRelay.serve(arguments) { exit(status) }
        joinRealm()
        if let status = await LiveService.serve(arguments, environment: environment(), BuiltIns.components) {
            exit(status)
        }
        let interruption = Interruption()
        let program = Program(
            environment: environment(), workingDirectory: workingDirectory(), interruption: interruption,
            composition: BuiltIns.components)
        if let status = program.answerAtOnce(arguments) { exit(status.code) }
        let task = Task { await program.run(arguments) }
        // Without handlers a signal ends the process, as it does any other: worse, but no reason not to work at all.
        let watch = try? SignalWatch {
            interruption.request()
            task.cancel()
        }
        let status = await task.value
        withExtendedLifetime(watch) {}
        RealmMembership.leave()
        exit(status.code)
    }

    /// An ordinary user's process may have begun again to be root of the user's realm.
    private static func joinRealm() {
        do { try RealmMembership.join() } catch {
            let help = error.help.map { "\n  help: \($0)" } ?? ""
            // whether this can be written or not, we end
            _ = try? FileDescriptor.standardError.writeAll("error: \(error.message)\(help)\n".utf8)
            exit(ExitStatus.failed.code)
        }
    }

    /// The arguments as they are; nil where one is not UTF-8, as repairing it would change what a command is given.
    private static func arguments() -> [String]? {
        var arguments: [String] = []
        for index in 1..<max(1, Int(CommandLine.argc)) {
            guard let pointer = CommandLine.unsafeArgv[index], let text = String(validatingCString: pointer) else {
                return nil
            }
            arguments.append(text)
        }
        return arguments
    }

    private static func environment() -> [String: String] {
        var variables: [String: String] = [:]
        var pointer = environ
        while let entry = pointer.pointee {
            let parts = String(cString: entry).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { variables[String(parts[0])] = String(parts[1]) }
            pointer += 1
        }
        return variables
    }

    /// The working directory; the root where it was removed from under us.
    private static func workingDirectory() -> FilePath {
        guard let pointer = getcwd(nil, 0) else { return "/" }
        defer { free(pointer) }
        return FilePath(String(cString: pointer))
    }
}
