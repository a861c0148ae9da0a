import DevenvHost
import DevenvModel
import SystemPackage

/// Reads secrets where the Envfile says they are, at the moment they are needed.
struct SecretResolver: Sendable {
    let runner: any ToolRunner
    let environment: [String: String]
    let directory: FilePath

    /// The value of a secret.
    func value(of name: String, from source: SecretSource) async throws(EngineError) -> Redacted {
        switch source {
        case .environment(let variable):
            guard let value = environment[variable] else {
                throw EngineError(
                    .failed,
                    "the secret '\(name)' is to come from the environment variable \(variable), which is not set",
                    help: "set it: export \(variable)=…")
            }
            return Redacted(value)
        case .file(let path):
            return Redacted(try read(path, name).withoutFinalNewline)
        case .command(let words):
            return Redacted(try await output(of: words, name).withoutFinalNewline)
        }
    }

    private func read(_ path: FilePath, _ name: String) throws(EngineError) -> String {
        let full = directory.pushing(path)
        do throws(HostError) {
            if let bytes = try HostFiles.read(full, limit: 1 << 20) { return String(decoding: bytes, as: UTF8.self) }
        } catch {
            throw EngineError(.failed, "reading the secret '\(name)': \(error)")
        }
        throw EngineError(.failed, "the secret '\(name)' is to come from '\(full)', which does not exist")
    }

    private func output(of words: [String], _ name: String) async throws(EngineError) -> String {
        guard let word = words.first else { throw EngineError(.failed, "the secret '\(name)' has an empty command") }
        // a path starts at the Envfile's directory, wherever the command was started; a bare name is looked up in PATH
        let tool = word.contains("/") ? directory.pushing(FilePath(word)).lexicallyNormalized().string : word
        let call = ToolInvocation(
            tool, Array(words.dropFirst()), directory: directory, output: .captured(limit: 1 << 20))
        let outcome: ToolOutcome
        do throws(ToolError) { outcome = try await runner.run(call) } catch {
            throw EngineError(error.code == .cancelled ? .cancelled : .failed, "reading the secret '\(name)': \(error)")
        }
        guard outcome.status == 0 else {
            throw EngineError(
                .failed, "reading the secret '\(name)': '\(tool)' ended with exit status \(outcome.status)",
                help: "run the command by hand: \(call)")
        }
        return outcome.text
    }
}
