/// Names that Debian gives: those of its releases and of its packages.
package enum DebianNames {
    /// The releases that `debian/NUMBER` means.
    private static let releases = ["11": "bullseye", "12": "bookworm", "13": "trixie", "14": "forky"]

    /// The release that a box's name speaks of (`debian/12`, `debian/12-postgresql`, `debian/trixie`), by its code name; nil
    /// where it speaks of none.
    package static func suite(forBox name: String) -> String? {
        guard name.hasPrefix("debian/") else { return nil }
        let release = String(name.dropFirst(7).prefix { $0 != "-" })
        return releases[release] ?? releases.values.first { $0 == release }
    }

    /// The release of a text such as `debian/12`, or of any code name, such as `debian/sid`; nil for anything else.
    package static func suite(ofBase text: String) -> String? {
        guard text.hasPrefix("debian/") else { return nil }
        let release = String(text.dropFirst(7))
        if let name = releases[release] { return name }
        let isCodeName = !release.isEmpty && release.utf8.allSatisfy { (0x61...0x7A).contains($0) }
        return isCodeName ? release : nil
    }

    /// Whether a text may name a package (Debian Policy 5.6.7; `=VERSION` and `:ARCH` may follow) or a release.
    package static func isPackage(_ text: String) -> Bool {
        guard let first = text.utf8.first, first != UInt8(ascii: "-"), first != UInt8(ascii: "+") else { return false }
        return text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "+.-~:=".contains($0)) }
    }
}
