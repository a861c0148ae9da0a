import DevenvDiagnostics
package import DevenvModel
import DevenvYAML
import SystemPackage

/// The keys of a box's definition.
package enum BoxDefinitionKeys {
    struct Draft: Sendable {
        var name: Located<String>?
        var version: String?
        var base: BoxBase?
        var packages: [Located<String>] = []
        var files: [Located<BoxFile>] = []
        var scripts: [Located<BoxScript>] = []
        var size: Located<ByteCount>?
        var user: Located<String>?
        var snapshot: Located<String>?
        var mirror: Located<String>?
        var providers: [Located<ProviderName>] = []
    }

    /// The keys, with all that they hold.
    package static var descriptions: [KeyDescription] { table.keys.map(\.description) }

    static let table = KeyTable<Draft>(
        "a box's definition",
        [
            Key("name", \.name, name, "what the box is called", isRequired: true),
            Key("version", \.version, version, "the box's version; Debian's own by default"),
            Key(
                "base", \.base, base,
                "a release such as debian/12, or another box; the release that the name speaks of by default"),
            Key("packages", \.packages, package.located.list, "packages beside those that every box has"),
            Key("files", \.files, BoxFileKeys.type.located.list, "what is copied in"),
            Key("scripts", \.scripts, BoxScriptKeys.type.located.list, "what runs in the new tree, in this order"),
            Key("size", \.size, size.located, "how large the disk is; 10GiB by default"),
            Key("user", \.user, user.located, "who people log in as; dev by default"),
            Key("snapshot", \.snapshot, snapshot.located, "the day whose packages are taken"),
            Key("mirror", \.mirror, mirror.located, "where packages are fetched from"),
            Key("providers", \.providers, providers, "the providers for whose machines it is made"),
        ],
        otherKeys: .ignored(prefix: "x-"), other: { entry, _, _ in entry.key.value.hasPrefix("x-") })

    private static let name = ValueType<String>.parsed("the name of a box such as team/db", format: "box name") {
        BoxReference.isName($0) && !$0.hasSuffix(".yaml") && !$0.hasSuffix(".yml") ? $0 : nil
    }.located

    private static let version = ValueType<String>.parsed("a version such as 1.2 or 1.2.rc1", format: "version") {
        BoxVersion(parsing: $0).map(\.text)
    }

    private static let base = ValueType<BoxBase>.parsed(
        "a release such as debian/12, or the name of a box such as team/base", format: "base"
    ) { text in
        if text.hasPrefix("debian/") { return DebianNames.suite(ofBase: text).map { .release($0) } }
        guard DebianNames.suite(forBox: "debian/" + text) == nil, case .named = BoxReference(parsing: text) else {
            return nil
        }
        return BoxReference(parsing: text).map { .box(Located($0, at: nil)) }
    }.then { base, node, _ in
        guard case .box(let reference) = base else { return base }
        return .box(Located(reference.value, at: node.location))
    }

    private static let package = ValueType<String>.parsed(
        "the name of a package such as postgresql or postgresql=15+248", format: "package"
    ) { DebianNames.isPackage($0) ? $0 : nil }

    private static let smallest = ByteCount(bytes: 512 << 20)
    private static let largest = ByteCount(bytes: 16 << 40)

    private static let size = ValueType<ByteCount>.size.then { size, node, scope in
        guard size < smallest || largest < size else { return size }
        scope.problems.error("'size' must be from \(smallest) to \(largest), not \(size)", at: node.location)
        return nil
    }

    /// As `useradd` takes it.
    private static let user = ValueType<String>.parsed(
        "a user's name of lower-case letters, digits, '_' and '-', other than root", format: "user"
    ) { $0 != "root" && BoxFileKeys.isUser($0) ? $0 : nil }

    private static let snapshot = ValueType<String>.parsed(
        "a day such as 2026-03-01, or a moment such as 20260301T120000Z", format: "snapshot"
    ) { SnapshotMoment.text($0) }

    private static let mirror = ValueType<String>.parsed(
        "an address such as http://deb.debian.org/debian", format: "address"
    ) { text in
        let isPlain = text.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "[") }
        return isPlain && ["http://", "https://", "file:///"].contains { text.hasPrefix($0) } ? text : nil
    }

    private static let providers = ValueType<ProviderName>.label.located.oneOrMore
}

extension BoxDefinitionKeys.Draft {
    /// Reports what no key is wrong with by itself.
    func check(_ root: YAMLNode, _ scope: inout Scope) {
        if case .box(let reference) = base { check(on: reference, &scope) }
        guard let name, base == nil, root["base"] == nil else { return }
        if DebianNames.suite(forBox: name.value) == nil {
            scope.problems.error(
                "'\(name.value)' names no release of Debian, and there is no 'base'", at: name.location,
                help: "add a line such as 'base: debian/12'")
        }
    }

    /// Reports what a box on another one has from that.
    private func check(on base: Located<BoxReference>, _ scope: inout Scope) {
        if case .named(name?.value, _) = base.value {
            scope.problems.error(
                "a box can't be its own base", at: base.location, help: "give one of them another name")
        }
        let taken = [
            ("size", size?.location), ("user", user?.location), ("snapshot", snapshot?.location),
            ("mirror", mirror?.location),
        ]
        for (key, location) in taken where location != nil {
            scope.problems.error(
                "'\(key)' can't be said of a box on another box, which has it from '\(base.value)'", at: location,
                help: "say it where '\(base.value)' is defined")
        }
    }

    /// What the draft comes to; nil where it is not complete, which has been reported.
    func definition(at path: FilePath) -> BoxDefinition? {
        guard let name = name?.value, let base = base ?? DebianNames.suite(forBox: name).map({ .release($0) }) else {
            return nil
        }
        var definition = BoxDefinition(path: path, name: name, base: base)
        definition.version = version
        definition.packages = packages
        definition.files = files
        definition.scripts = scripts
        definition.size = size
        definition.user = user?.value ?? definition.user
        definition.archive =
            snapshot.map { .snapshot($0.value, at: mirror?.value) } ?? mirror.map { .mirror($0.value) } ?? .host
        definition.providers = providers
        return definition
    }
}

/// A moment of snapshot.debian.org.
enum SnapshotMoment {
    /// `2026-03-01` or `20260301T120000Z` as the archive writes it; nil for anything else.
    static func text(_ text: String) -> String? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        let moment = parts.count == 3 && parts.map(\.count) == [4, 2, 2] ? parts.joined() + "T000000Z" : text
        guard moment.count == 16, moment.hasSuffix("Z"), moment.dropFirst(8).first == "T" else { return nil }
        let digits = moment.dropLast().split(separator: "T", omittingEmptySubsequences: false)
        guard digits.map(\.count) == [8, 6], digits.joined().utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        let (month, day) = (Int(digits[0].dropFirst(4).prefix(2)) ?? 0, Int(digits[0].suffix(2)) ?? 0)
        return (1...12).contains(month) && (1...31).contains(day) ? moment : nil
    }
}
