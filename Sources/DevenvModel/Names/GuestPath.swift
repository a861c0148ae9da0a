/// A path inside a machine, always with `/` between its parts, whatever the host is.
package struct GuestPath: Hashable, Sendable, Codable, CustomStringConvertible {
    /// The text, as it is given to the machine.
    package let string: String

    /// Makes a path.
    package init(_ string: String) { self.string = string }

    /// Whether it starts at the machine's root.
    package var isAbsolute: Bool { string.hasPrefix("/") }
    /// The text.
    package var description: String { string }
}
