/// What a box's makers gave its machines where nobody says otherwise.
package struct BoxDefaults: Hashable, Sendable, Codable {
    /// How much memory.
    package var memory: ByteCount?
    /// How many processors.
    package var cpus: Int?

    /// Makes them.
    package init(memory: ByteCount? = nil, cpus: Int? = nil) {
        self.memory = memory
        self.cpus = cpus
    }

    /// Whether nothing was said.
    package var isEmpty: Bool { memory == nil && cpus == nil }
}
