import DevenvCatalogs
import DevenvModel
import DevenvPluginAPI

/// A box that is not in the store and that `up` gets.
package struct BoxNeed: Hashable, Sendable {
    /// Where it was found.
    let find: BoxSupply.Find
    /// The digest that its image must have; nil where nothing says so.
    let digest: String?
    /// What is to be pinned once it is there.
    let wish: BoxSupply.Wish

    /// Which box: machines with the same one share it.
    var title: String { "\(find.name) \(find.choice.version.text)" }
    /// Where it comes from, and how large it is.
    var reason: String {
        "from \(find.catalog)" + (find.choice.offer.size.map { " (\(ByteCount(bytes: $0)))" } ?? "")
    }

    /// Stands for the image until it is there: what a provider's settings are made of is known of it, or told again then.
    var placeholder: BoxImage {
        let offer = find.choice.offer
        return BoxImage(
            name: find.name, digest: digest ?? offer.digest ?? "sha256:" + String(repeating: "0", count: 64),
            format: find.choice.format, layers: [], user: offer.user ?? "dev")
    }
}

/// What a machine starts from.
struct ChosenBox: Sendable {
    /// The image, or what stands for it until it is there.
    let image: BoxImage
    /// The box that is to be got first; nil where the image is there.
    var need: BoxNeed?
    /// What is to be written into the lock file; nil for nothing.
    var pin: LockedBox?
}
