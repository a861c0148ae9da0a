/// A small file that is wanted from a web server, such as a catalog.
package struct DocumentRequest: Hashable, Sendable {
    /// Where it is.
    package let address: WebAddress
    /// What it is, for messages.
    package let subject: String

    /// Describes it.
    package init(_ address: WebAddress, subject: String) {
        self.address = address
        self.subject = subject
    }

    var attempt: String { "reading \(subject) from '\(address)'" }
}

/// A small file as a web server has it now.
package struct Document: Hashable, Sendable {
    /// Its bytes.
    package let bytes: [UInt8]
    /// Whether it came now; false where the server said that it is still what was read before.
    package let isNew: Bool
}
