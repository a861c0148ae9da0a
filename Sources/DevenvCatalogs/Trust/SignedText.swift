import DevenvHost

/// A file of a catalog, and the signature beside it.
struct SignedText: Sendable {
    let text: CatalogText
    let signature: [UInt8]?

    /// Throws unless whoever is about to sign has signed what is there.
    func requireOwn(_ key: PublicKey, _ signer: Signer, _ attempt: String) async throws(CatalogError) {
        if let signature, try await signer.isSigned(text.bytes, by: key, in: signature) { return }
        throw CatalogError(
            .untrusted,
            "\(attempt): '\(text.name)' as it is now is not signed with the key \(key.fingerprint): somebody else has changed it",
            help: "put it back as it was published, or look through it and sign it yourself: "
                + "'ssh-keygen -Y sign -n \(Signer.namespace) -f KEY \(ShellWord.quote(text.name))'")
    }
}
