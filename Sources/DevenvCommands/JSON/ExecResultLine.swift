import DevenvModel
import DevenvPluginAPI

/// The last line of `exec --json`.
struct ExecResultLine: Encodable {
    /// One machine.
    struct Machine: Encodable {
        let machine: String
        let exitStatus: Int?
        let signal: String?
        let error: String?

        init(_ outcome: RemoteRun.Outcome) {
            machine = outcome.name.rawValue
            switch outcome.result {
            case .success(.status(let status)): (exitStatus, signal, error) = (status, nil, nil)
            case .success(.signal(let name)): (exitStatus, signal, error) = (nil, name, nil)
            case .failure(let failure): (exitStatus, signal, error) = (nil, nil, failure.message)
            }
        }
    }

    let schema = JSONText.schema
    let event = "result"
    let status: String
    let exitCode: Int
    let machines: [Machine]

    init(_ outcomes: [RemoteRun.Outcome], _ status: ExitStatus) {
        self.status = status.word
        exitCode = Int(status.code)
        machines = outcomes.map(Machine.init)
    }

    private enum CodingKeys: String, CodingKey { case schema, event, status, exitCode, machines }
}
