import DevenvHost
import DevenvPluginAPI
import FoundationEssentials
import SystemPackage

/// Calls of runc(8), or of crun(1), which takes the same words and keeps as little, on one machine.
///
/// Only what a runtime alone can do is left to it: `create`, `start`, `update`. Whether a machine lives is read from its
/// process and its control group, and its remains are removed here: `runc delete` fails on a damaged state, leaves
/// control groups behind after an early crash, and with `--force` always waits 100 ms.
struct Runc {
    /// Runs it.
    let tools: any ToolRunner
    /// The machine.
    let place: MachinePlace

    /// Makes the container up to the point where its first process waits. Its output goes to `log`, as the processes of
    /// the container keep it open.
    static func create(_ place: MachinePlace, console log: FilePath, by runtime: Runtime = .runc) -> ToolInvocation {
        let words = ["create", "--bundle", place.bundle.string, "--pid-file", place.processFile.string]
        let call = runtime.call(global(place) + words + [place.containerID])
        return ToolInvocation(call.tool, call.arguments, output: .file(log), timeout: .seconds(60))
    }

    /// Lets its first process go.
    static func start(_ place: MachinePlace, by runtime: Runtime = .runc) -> ToolInvocation {
        let call = runtime.call(global(place) + ["start", place.containerID])
        return ToolInvocation(call.tool, call.arguments, timeout: .seconds(60))
    }

    /// Changes its limits.
    static func update(_ place: MachinePlace, _ resources: [UInt8], by runtime: Runtime = .runc) -> ToolInvocation {
        let call = runtime.call(global(place) + ["update", "--resources", "-", place.containerID])
        return ToolInvocation(call.tool, call.arguments, input: resources, timeout: .seconds(60))
    }

    private static func global(_ place: MachinePlace) -> [String] {
        ["--root", place.runtimeRoot.string, "--log", place.runtimeLog.string, "--log-format", "json"]
    }

    /// Runs it; a failure carries runc's own message.
    func run(_ invocation: ToolInvocation, _ attempt: String) async throws(ProviderError) {
        try? HostFiles.remove(place.runtimeLog)  // only this call's messages are wanted; the next one appends otherwise
        let outcome: ToolOutcome
        do { outcome = try await tools.run(invocation) } catch { throw ProviderError(error) }
        guard outcome.status != 0 else { return }
        let log = (try? HostFiles.read(place.runtimeLog)) ?? nil  // without it the status has to do
        let reason =
            Self.reason(in: log ?? [])
            ?? "\(invocation.tool) failed with status \(outcome.status): \(outcome.complaint)"
        if reason.contains("no space left on device") { throw .diskFull("\(attempt): \(reason)") }
        throw .failed("\(attempt): \(reason)", help: KeyQuota.isExceeded(reason) ? KeyQuota.cure : nil)
    }

    /// The last error in runc's JSON log.
    static func reason(in log: [UInt8]) -> String? {
        struct Line: Decodable {
            let level: String
            let msg: String
        }
        let lines = log.split(separator: UInt8(ascii: "\n")).compactMap { line in
            try? JSONDecoder().decode(Line.self, from: Data(line))  // other lines are of no interest
        }
        return lines.last { $0.level == "error" || $0.level == "fatal" }?.msg
    }
}
