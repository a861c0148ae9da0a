import DevenvCrypto
import DevenvHost
import DevenvPluginAPI
import SystemPackage

/// Gets the content of scripts.
struct ScriptSource {
    /// Runs curl.
    let tools: any ToolRunner
    /// The project that files belong to.
    let project: ProvisionerProject

    /// No script is larger.
    private static let limit = 16 << 20

    /// The content of a script, verified where it is from elsewhere.
    func content(of script: ShellOptions.Script) async throws(ProvisionerError) -> [UInt8] {
        switch script {
        case .inline(let text): Array(text.utf8)
        case .file(let path): try Self.read(path, in: project)
        case .download(let url, let digest): try await download(url, digest)
        }
    }

    /// The content of a file of the project.
    static func read(_ path: String, in project: ProvisionerProject) throws(ProvisionerError) -> [UInt8] {
        let file = project.directory.pushing(FilePath(path))
        do throws(HostError) {
            if let content = try HostFiles.read(file, limit: limit) { return content }
        } catch {
            throw ProvisionerError("the script '\(path)' can't be read: \(error.errno.description.lowercased())")
        }
        throw ProvisionerError(
            "there is no script '\(path)'", help: "the path starts from the Envfile's directory, \(project.directory)")
    }

    /// How curl is called: no configuration of the user's, no other protocol whatever a server redirects to.
    static func invocation(for url: String) -> ToolInvocation {
        ToolInvocation(
            "curl",
            [
                "--disable", "--fail", "--silent", "--show-error", "--location", "--proto", "=http,https",
                "--max-redirs", "10", "--connect-timeout", "20", "--retry", "2", "--url", url,
            ], output: .captured(limit: limit))
    }

    private func download(_ url: String, _ digest: String) async throws(ProvisionerError) -> [UInt8] {
        let outcome: ToolOutcome
        do throws(ToolError) {
            outcome = try await tools.run(Self.invocation(for: url))
        } catch {
            throw ProvisionerError(
                "downloading '\(url)': \(error)", help: error.code == .missing ? "install curl" : nil,
                isCancellation: error.code == .cancelled)
        }
        guard outcome.status == 0 else { throw ProvisionerError("downloading '\(url)': \(outcome.complaint)") }
        let found = SHA256.hexadecimal(of: outcome.standardOutput)
        guard found == digest else {
            throw ProvisionerError(
                "downloading '\(url)': its sha256 is \(found), not \(digest), so it is not run",
                help: "look at what has changed there before you change 'sha256'")
        }
        return outcome.standardOutput
    }
}
