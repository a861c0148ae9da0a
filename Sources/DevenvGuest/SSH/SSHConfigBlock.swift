/// A machine as a block of ssh_config(5).
package enum SSHConfigBlock {
    /// The block, under this name.
    package static func render(_ host: String, _ options: SSHClientOptions) -> String {
        "Host \(host)\n" + options.settings.map { "  \($0.key) \($0.value)\n" }.joined()
    }
}
