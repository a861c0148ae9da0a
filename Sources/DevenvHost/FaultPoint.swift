import Glibc
import SystemPackage

/// Places between two effects at which a test may end the program, as a power cut would.
///
/// `DEVENV_FAULT=NAME` kills the program with SIGKILL when it reaches the point of that name (`NAME#2`: the second time);
/// `DEVENV_FAULT_TRACE=FILE` appends the name of each point that is reached, so that a harness can learn them all from one
/// run. `DEVENV_FAULT_SIGNAL=INT` sends that signal in place of SIGKILL; `STOP` holds the program up, so that a test may do
/// something to the world meanwhile. Without any, a point costs one comparison.
package enum FaultPoint {
    private static let target: (name: String, visit: Int)? = variable("DEVENV_FAULT").map { text in
        let parts = text.split(separator: "#", maxSplits: 1).map(String.init)
        return (parts[0], parts.count == 2 ? Int(parts[1]) ?? 1 : 1)
    }
    private static let signal = ["INT": SIGINT, "STOP": SIGSTOP][variable("DEVENV_FAULT_SIGNAL") ?? ""] ?? SIGKILL
    private static let trace = variable("DEVENV_FAULT_TRACE")
    private static let visits = VisitCounter()

    /// Says that the program is between two effects. Names read `container.create.mounted`.
    package static func reach(_ name: @autoclosure () -> String) {
        guard target != nil || trace != nil else { return }
        let name = name()
        if let trace { append(name, to: FilePath(trace)) }
        if let target, target.name == name, visits.count(name) == target.visit { kill(getpid(), signal) }
    }

    private static func append(_ name: String, to path: FilePath) {
        let options: FileDescriptor.OpenOptions = [.append, .create, .closeOnExec]
        guard let file = try? FileDescriptor.open(path, .writeOnly, options: options, permissions: .ownerReadWrite)
        else {
            return  // a trace that can't be written is the harness's own trouble
        }
        _ = try? file.closeAfter { try file.writeAll((name + "\n").utf8) }
    }

    private static func variable(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
    }
}
