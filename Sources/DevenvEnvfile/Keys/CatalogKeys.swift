import DevenvDiagnostics
import DevenvModel
import DevenvYAML

/// One entry of `catalogs`: a location, or a location and the key that the catalog is signed with.
enum CatalogKeys {
    static let table = KeyTable<CatalogSpec>(
        "a catalog",
        [
            Key("location", \.location, .text, "a directory, a file or an address", isRequired: true),
            Key("key", \.key, .text, "the public key that it must be signed with, as 'ssh-ed25519 AAAA…'"),
        ])

    private static let short = ValueType<String>.text.then { text, _, _ in CatalogSpec(location: text) }

    static let type = ValueType<CatalogSpec>.object(table, CatalogSpec(location: "")).orShort(short).located
}
