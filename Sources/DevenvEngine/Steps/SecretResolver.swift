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
            return Redacted(try text(of: try read(path, name), name))
        case .command(let words):
            return Redacted(try await output(of: words, name))
        case .age(let file, let identity):
            let call = tool("age", ["--decrypt", "--identity", path(identity), path(file)])
            return Redacted(try await decrypted(call, file, name))
        case .sops(let file, let keys, let identity):
            let place = keys.isEmpty ? [] : ["--extract", Self.extraction(keys)]
            var call = tool("sops", ["--decrypt"] + place + [path(file)])
            if let identity { call.environment["SOPS_AGE_KEY_FILE"] = path(identity) }
            return Redacted(try await decrypted(call, file, name))
        }
    }

    /// The place of a value as sops takes it after `--extract`: `["db"]["users"][0]`. It takes what is between the quotes as it is.
    static func extraction(_ keys: [String]) -> String {
        keys.map { key in
            let isNumber = !key.isEmpty && key.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            return isNumber ? "[\(key)]" : "[\"\(key)\"]"
        }.joined()
    }

    private func path(_ path: FilePath) -> String { directory.pushing(path).string }

    private func tool(_ name: String, _ arguments: [String]) -> ToolInvocation {
        ToolInvocation(name, arguments, directory: directory, output: .captured(limit: 1 << 20))
    }

    /// What is in an encrypted file. What the tools complain of holds nothing of it.
    private func decrypted(_ call: ToolInvocation, _ file: FilePath, _ name: String) async throws(EngineError) -> String
    {
        _ = try read(file, name)  // one that is not there has one message, whoever would have read it
        let outcome: ToolOutcome
        do throws(ToolError) { outcome = try await runner.run(call) } catch {
            throw EngineError(
                error.code == .cancelled ? .cancelled : .failed, "reading the secret '\(name)': \(error)",
                help: error.code == .missing ? "install \(call.tool)" : nil)
        }
        guard outcome.status == 0 else {
            let attempt = "reading the secret '\(name)': \(call.tool) can't decrypt '\(path(file))'"
            throw EngineError(
                .failed, "\(attempt): \(outcome.complaint)",
                help: "run the command by hand: \(call)")
        }
        return try text(of: outcome.standardOutput, name)
    }

    /// Bytes as the text that they are, without one newline at their end: what is no text would arrive as another secret.
    private func text(of bytes: [UInt8], _ name: String) throws(EngineError) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw EngineError(
                .failed, "reading the secret '\(name)': it is not UTF-8 text",
                help: "keep it as text, for example by base64, and decode it in the machine")
        }
        return text.withoutFinalNewline
    }

    private func read(_ path: FilePath, _ name: String) throws(EngineError) -> [UInt8] {
        let full = directory.pushing(path)
        do throws(HostError) {
            if let bytes = try HostFiles.read(full, limit: 1 << 20) { return bytes }
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
        return try text(of: outcome.standardOutput, name)
    }
}
