/// The last line of an action that was carried out in one go: what came of it, whose keys stand beside those of every result.
struct DoneLine<Content: Encodable>: Encodable {
    private let content: Content

    /// Takes an object.
    init(_ content: Content) { self.content = content }

    /// Both write into one object.
    func encode(to encoder: any Encoder) throws {
        try ResultLine(.done).encode(to: encoder)
        try content.encode(to: encoder)
    }
}
