import SystemPackage

/// A disk that VirtualBox knows.
struct Medium: Hashable, Sendable {
    let id: VMID
    /// The disk that this one only says what is different from; nil for one that is whole.
    let parent: VMID?
    let location: FilePath
    /// Whether its file is there and can be read.
    let isAccessible: Bool
    /// How large it is to a machine.
    let mebibytes: Int64?

    /// Reads what `list hdds` prints.
    static func list(_ text: String) -> [Medium] {
        Paragraphs.read(text).compactMap { fields in
            guard let id = fields["UUID"].flatMap({ VMID($0) }), let location = fields["Location"] else { return nil }
            return Medium(
                id: id, parent: fields["Parent UUID"].flatMap { VMID($0) }, location: FilePath(location),
                isAccessible: fields["State"] != "inaccessible",
                mebibytes: fields["Capacity"]?.split(separator: " ").first.flatMap { Int64($0) })
        }
    }
}
