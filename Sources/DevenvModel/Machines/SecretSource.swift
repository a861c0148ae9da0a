package import SystemPackage

/// Where a secret of the Envfile is read from when it is needed; the Envfile itself never holds one.
package enum SecretSource: Hashable, Sendable {
    /// An environment variable of the `devenv` command.
    case environment(String)
    /// A file of the host; one newline at its end is left out.
    case file(FilePath)
    /// A command of the host, run without a shell in the project's directory; one newline at its output's end is left out.
    case command([String])
}
