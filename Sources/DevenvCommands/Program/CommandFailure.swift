import DevenvBoxes
import DevenvCatalogs
package import DevenvDiagnostics
import DevenvDownload
import DevenvEngine
import DevenvHost
import DevenvPluginAPI
import DevenvState

/// Why a command stopped: what the user reads and what the shell gets.
package struct CommandFailure: Error, Sendable {
    /// What the shell gets.
    package let status: ExitStatus
    /// What was attempted, on what, and why it failed; lower case, without a full stop.
    package let message: String
    /// What to do about it.
    package let help: String?
    /// What is wrong with the Envfile, where that is why.
    package let diagnostics: [Diagnostic]

    private init(_ status: ExitStatus, _ message: String, help: String?, diagnostics: [Diagnostic] = []) {
        self.status = status
        self.message = message
        self.help = help
        self.diagnostics = diagnostics
    }

    /// Something could not be done.
    package static func failed(_ message: String, help: String? = nil) -> CommandFailure {
        CommandFailure(.failed, message, help: help)
    }

    /// Something could not be done, because of what stands at these places.
    package static func failed(_ message: String, at places: [Diagnostic]) -> CommandFailure {
        CommandFailure(.failed, message, help: nil, diagnostics: places.ordered)
    }

    /// The command line asks for something that is not there.
    package static func usage(_ message: String, help: String? = nil) -> CommandFailure {
        CommandFailure(.usage, message, help: help)
    }

    /// The Envfile, or another file of the project, has errors.
    package static func invalid(_ diagnostics: [Diagnostic], in file: String = "the Envfile") -> CommandFailure {
        let count = diagnostics.count { $0.severity == .error }
        return CommandFailure(
            .invalidEnvfile, "\(file) has \(count) \(count == 1 ? "error" : "errors")", help: nil,
            diagnostics: diagnostics.ordered)
    }

    /// The user interrupted it.
    package static let interrupted = CommandFailure(.interrupted, "interrupted", help: nil)

    /// Translates what any room may throw, so that no type's name ever reaches the user.
    package init(_ error: any Error) {
        switch error {
        case let error as CommandFailure: self = error
        case let error as EngineError: self.init(engine: error)
        case let error as StateError:
            self.init(error.isLocked ? .locked : .failed, error.message, help: error.help)
        case let error as BoxError:
            self.init(error.code == .cancelled ? .interrupted : .failed, error.message, help: error.help)
        case let error as CatalogError:
            self.init(error.code == .cancelled ? .interrupted : .failed, error.message, help: error.help)
        case let error as DownloadError:
            self.init(error.code == .cancelled ? .interrupted : .failed, error.message, help: error.help)
        case let error as CommunicatorError:
            self.init(error.code == .cancelled ? .interrupted : .failed, error.message, help: nil)
        case let error as HostError: self.init(.failed, error.description, help: nil)
        case is CancellationError: self = .interrupted
        default: self.init(.failed, "\(error)", help: nil)
        }
    }

    private init(engine error: EngineError) {
        let status: ExitStatus =
            switch error.code {
            case .locked: .locked
            case .cancelled: .interrupted
            case .unknownMachine, .unknownSnapshot: .usage
            case .wrongState, .provider, .box, .state, .failed: .failed
            }
        self.init(status, error.message, help: error.help)
    }
}
