package import SystemPackage

/// Where a secret of the Envfile is read from when it is needed; the Envfile itself never holds one.
package enum SecretSource: Hashable, Sendable {
    /// An environment variable of the `devenv` command.
    case environment(String)
    /// A file of the host; one newline at its end is left out.
    case file(FilePath)
    /// A command of the host, run without a shell in the project's directory; one newline at its output's end is left out.
    case command([String])
    /// A file of the host that age(1) decrypts with this identity file; one newline at its content's end is left out.
    case age(FilePath, identity: FilePath)
    /// A file of the host that sops decrypts: the value that these keys lead to, or without any all of it; one newline at its
    /// end is left out. With the identity file that sops is to use where its keys are age's; by default it finds its own.
    case sops(FilePath, keys: [String], identity: FilePath?)
}
