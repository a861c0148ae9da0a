import DevenvModel
import DevenvPluginAPI

/// A box as people know it.
package struct BoxTitle: Hashable, Sendable {
    /// Its name.
    package let name: String
    /// Its version, where it is known.
    package let version: String?

    /// Joins them.
    package init(name: String, version: String?) {
        self.name = name
        self.version = version
    }
}

/// A setting of a machine that is to become another.
struct SettingChange {
    /// What it is to be.
    let setting: MachineSetting
    /// What it is; nil where nothing is recorded.
    let former: String?
    /// The box that the machine was made from, and the one that it would be made from now.
    let boxes: (former: BoxTitle, new: BoxTitle?)

    /// What it takes: disks never shrink, so that a smaller one is a new one.
    var impact: MachineSetting.Impact {
        guard setting.key == "disk", let former, let old = ByteCount(parsing: former),
            let new = ByteCount(parsing: setting.value), new < old
        else { return setting.impact }
        return .recreate
    }
}

extension SettingChange: CustomStringConvertible {
    /// `memory 512 MiB -> 1 GiB`, `box debian/12 12.4 -> 12.5`.
    var description: String {
        switch setting.key {
        case "box": box
        case "names": "the machines on its networks, or their names, changed"
        default:
            if [former ?? "", setting.value].contains(where: { $0.contains("->") }) {
                // a forward has an arrow of its own
                "\(setting.key) was \(former ?? "none"), becomes \(setting.value)"
            } else {
                "\(setting.key) \(former ?? "none") -> \(setting.value)"
            }
        }
    }

    private var box: String {
        let (old, new) = (boxes.former, boxes.new)
        guard let new, old != new, old.name != new.name || old.version != nil else {
            // the same to people, and yet another one
            return "box \(old.name) \(Self.short(former ?? "none")) -> \(Self.short(setting.value))"
        }
        let name = old.name == new.name ? [] : [new.name]
        let words = name + [new.version ?? (name.isEmpty ? "another version" : "")]
        return "box \(old.text) -> \(words.filter { !$0.isEmpty }.joined(separator: " "))"
    }

    private static func short(_ digest: String) -> String {
        digest.hasPrefix("sha256:") ? String(digest.prefix(19)) : digest
    }
}

extension BoxTitle {
    fileprivate var text: String { version.map { "\(name) \($0)" } ?? name }
}
