import DevenvHost
import SystemPackage

/// Calls VirtualBox's own program.
///
/// Calls that only ask are made a second time where no answer comes in good time: one client in a hundred hangs for ten
/// seconds after it has said everything, and its status is not known before. Calls that change something are waited for.
/// Whatever fails because a machine is on its way into another state is tried again for a while; such a failure comes
/// before anything was changed.
///
/// Nothing is locked here: calls that change one machine are made one after the other by whoever holds that machine's
/// lock, and VirtualBox orders those of different machines itself.
struct VBoxManage: Sendable {
    private let tools: any ToolRunner
    private let environment: [String: String]
    private let patience: Patience
    private let data: FilePath

    /// How long things are waited for.
    struct Patience: Sendable {
        /// For the answer to a question, before it is asked again.
        var question: Duration
        /// For a state that passes.
        var transition: Duration

        /// Names the times.
        init(question: Duration = .seconds(4), transition: Duration = .seconds(20)) {
            self.question = question
            self.transition = transition
        }
    }

    /// `environment`: only what VirtualBox itself reads of it is handed on. `data`: where it writes most.
    init(
        tools: any ToolRunner = SystemToolRunner(), environment: [String: String] = [:],
        patience: Patience = Patience(), data: FilePath = "/"
    ) {
        self.tools = tools
        self.patience = patience
        self.data = data
        // arguments that are not ASCII are refused in the C locale (VERR_NO_TRANSLATION); messages are English in both
        self.environment = environment.filter { $0.key.hasPrefix("VBOX_") }.merging(["LC_ALL": "C.UTF-8"]) { $1 }
    }

    /// Makes a call; answers what it wrote to its standard output.
    @discardableResult
    func run(_ call: VBoxCall) async throws(VBoxError) -> String {
        let deadline = ContinuousClock.now + patience.transition
        var pause = Duration.milliseconds(50)
        while true {
            switch await attempt(call) {
            case .success(let output): return output
            case .failure(var error):
                guard error.isTransient, ContinuousClock.now + pause < deadline else {
                    error.fullDisk = FullDisk(error, data: data)
                    throw error
                }
                do { try await Task.sleep(for: pause) } catch {
                    throw VBoxError(.cancelled, "'\(call)' was interrupted")
                }
                pause = min(pause * 2, .seconds(1))
            }
        }
    }

    /// The invocation of a call.
    func invocation(of call: VBoxCall) -> ToolInvocation {
        ToolInvocation("VBoxManage", call.arguments, environment: environment, timeout: call.timeout)
    }

    private func attempt(_ call: VBoxCall) async -> Result<String, VBoxError> {
        guard call.effect == .none else { return await once(call) }
        let patience = patience.question
        return await withTaskGroup(of: Result<String, VBoxError>?.self) { group in
            group.addTask { await once(call) }
            group.addTask {
                do { try await Task.sleep(for: patience) } catch { return nil }
                return await once(call)
            }
            var answer: Result<String, VBoxError>?
            while answer == nil, let next = await group.next() { answer = next }
            group.cancelAll()
            return answer ?? .failure(VBoxError(.cancelled, "'\(call)' was interrupted"))
        }
    }

    private func once(_ call: VBoxCall) async -> Result<String, VBoxError> {
        do throws(ToolError) {
            return VBoxVerdict.judge(call, try await tools.run(invocation(of: call)))
        } catch {
            return .failure(VBoxVerdict.translate(error))
        }
    }
}
