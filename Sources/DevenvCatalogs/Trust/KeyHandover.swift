import SystemPackage

/// What the owner of a catalog's key says about the key that follows it, signed with the old one: whoever believes the old key
/// may believe the new one.
package struct KeyHandover: Hashable, Sendable {
    /// What keeps such a statement from being a signature of anything else.
    static let namespace = "devenv-catalog-key"
    /// As many as anybody follows.
    private static let longest = 32

    /// The key that was.
    package let former: PublicKey
    /// The key that is.
    package let next: PublicKey
    /// The former key's signature of `statement`, in ssh-keygen's form.
    package let signature: [UInt8]

    /// What is signed.
    static func statement(_ former: PublicKey, _ next: PublicKey) -> [UInt8] {
        Array("devenv catalog key 1\n\(former)\n\(next)\n".utf8)
    }

    /// Those that lead from one key to another, one after the other; nil where they don't.
    static func way(from start: PublicKey, to end: PublicKey, in handovers: [KeyHandover]) -> [KeyHandover]? {
        var reached: [PublicKey: [KeyHandover]] = [start: []]
        var ends = [start]
        for _ in 0..<longest where reached[end] == nil {
            var next: [PublicKey] = []
            for handover in handovers where ends.contains(handover.former) && reached[handover.next] == nil {
                reached[handover.next] = (reached[handover.former] ?? []) + [handover]
                next.append(handover.next)
            }
            ends = next
        }
        return reached[end]
    }
}

extension KeyHandover {
    /// Reads what `json` makes; throws for anything else.
    init(_ text: CatalogText, _ value: JSONValue) throws(CatalogError) {
        try text.requireObject(value, "a handover of the key")
        func key(_ name: String) throws(CatalogError) -> PublicKey {
            if let key = try text.optionalText(name, of: value).flatMap(PublicKey.init(parsing:)) { return key }
            throw text.refusal(value.offset, "'\(name)' of a handover is no public key in the form of OpenSSH")
        }
        former = try key("from")
        next = try key("to")
        signature = Array((try text.optionalText("signature", of: value) ?? "").utf8)
    }

    /// As it stands in a catalog.
    var json: JSONValue {
        .object([
            ("from", .text(former.description)), ("to", .text(next.description)),
            ("signature", .text(String(decoding: signature, as: UTF8.self))),
        ])
    }
}

extension Signer {
    /// Whether each of some handovers was signed by the key that it comes from.
    func areSigned(_ handovers: [KeyHandover]) async throws(CatalogError) -> Bool {
        for handover in handovers {
            let isSigned = try await isSigned(
                KeyHandover.statement(handover.former, handover.next), by: handover.former, in: handover.signature,
                as: KeyHandover.namespace)
            guard isSigned else { return false }
        }
        return true
    }

    /// Has the owner of a key say which follows it.
    func handOver(
        _ former: PublicKey, _ file: FilePath, to next: PublicKey
    ) async throws(CatalogError) -> KeyHandover {
        let signature = try await sign(
            KeyHandover.statement(former, next), with: file, as: KeyHandover.namespace)
        return KeyHandover(former: former, next: next, signature: signature)
    }
}
