import DevenvCatalogs
import DevenvModel
import DevenvPluginAPI

/// A box that is not in the store and that `up` gets.
package struct BoxNeed: Hashable, Sendable {
    /// Where it was found.
    enum Source: Hashable, Sendable {
        case catalog(BoxSupply.Find)
        case located(LocatedBox, LocatedBox.Sight)
    }

    /// Where it was found.
    let source: Source
    /// The digest that its image must have; nil where nothing says so.
    let digest: String?
    /// What is to be pinned once it is there.
    let wish: BoxSupply.Wish

    /// Which box: machines with the same one share it.
    var title: String {
        switch source {
        case .catalog(let find): "\(find.name) \(find.choice.version.text)"
        case .located(let box, _): box.text
        }
    }
    /// Where it comes from, and how large it is.
    var reason: String {
        switch source {
        case .catalog(let find):
            let new = find.newKey ?? (find.formerKey == nil ? nil : find.key)
            let key = new.map { ", which is signed with the key \($0.fingerprint), to be remembered" } ?? ""
            return "from \(find.catalog)\(Self.size(find.choice.offer.size))\(key)"
        case .located(_, let sight): return "from \(sight)\(Self.size(sight.size))"
        }
    }

    private static func size(_ bytes: Int64?) -> String { bytes.map { " (\(ByteCount(bytes: $0)))" } ?? "" }

    /// Stands for the image until it is there: what a provider's settings are made of is known of it, or told again then.
    var placeholder: BoxImage {
        let unknown = "sha256:" + String(repeating: "0", count: 64)
        switch source {
        case .catalog(let find):
            let offer = find.choice.offer
            return BoxImage(
                name: find.name, digest: digest ?? offer.digest ?? unknown, format: find.choice.format, layers: [],
                user: offer.user ?? "dev", version: find.choice.version.text)
        case .located(let box, let sight):
            return BoxImage(
                name: box.name(sight), digest: digest ?? unknown,
                format: sight.format ?? wish.formats.first ?? .directories, layers: [], user: "dev")
        }
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
