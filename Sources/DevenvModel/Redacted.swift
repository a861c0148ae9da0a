/// A secret value. It prints as `*****`, so that it can't reach a log or an error text by accident, and is not `Codable`,
/// so that it can't reach a state file.
package struct Redacted: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The secret itself; only for handing it to the machine.
    package let secret: String

    /// Wraps a secret.
    package init(_ secret: String) { self.secret = secret }

    /// Always `*****`.
    package var description: String { "*****" }
    /// Always `*****`.
    package var debugDescription: String { "*****" }
    /// Shows nothing.
    package var customMirror: Mirror { Mirror(self, children: []) }
}
