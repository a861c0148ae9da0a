import DevenvDiagnostics
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import SystemPackage

/// The options of a `file` item, decoded.
struct FileOptions {
    /// What is sent, as written.
    let source: Located<String>?
    /// Where it goes, as written.
    let target: Located<String>?
    /// Who is to own it, by name or number.
    let owner: String?
    /// Which group is to own it, by name or number.
    let group: String?
    /// The mode of the files, in octal digits.
    let mode: UInt16?
    /// What is wrong with the options by themselves.
    let diagnostics: [Diagnostic]

    /// Decodes the options of an item.
    init(_ item: ProvisionerSpec) {
        var reader = OptionReader(item.options, of: "the file options")
        source = Self.path("source", &reader)
        target = Self.path("target", &reader)
        owner = Self.account("owner", &reader)
        group = Self.account("group", &reader)
        mode = Self.mode(&reader)
        for (key, value) in [("source", source), ("target", target)]
        where value == nil && item.options[key] == nil {
            reader.report(.error("a file item needs its '\(key)'", at: item.options.location))
        }
        diagnostics = reader.finish()
    }

    private static func path(_ key: String, _ reader: inout OptionReader) -> Located<String>? {
        guard let path = reader.string(key) else { return nil }
        guard !path.value.isEmpty, !path.value.utf8.contains(0) else {
            reader.report(.error("'\(key)' is no path", at: path.location))
            return nil
        }
        guard key == "target", path.value.hasPrefix("~"), path.value != "~", !path.value.hasPrefix("~/") else {
            return path
        }
        let help = "write the path out; '~/' is the home directory of the SSH user"
        reader.report(.error("'\(path.value)' names the home directory of another user", at: path.location, help: help))
        return nil
    }

    private static func account(_ key: String, _ reader: inout OptionReader) -> String? {
        guard let texts = reader.strings(key, scalars: true), let text = texts.first else { return nil }
        let isName =
            texts.count == 1 && text.value.first.map { $0 != "-" && $0 != "." } == true
            && text.value.utf8.dropLast(text.value.hasSuffix("$") ? 1 : 0).allSatisfy(isAccountByte)
        if isName { return text.value }
        reader.report(.error("'\(text.value)' is no name or number of a \(key)", at: text.location))
        return nil
    }

    private static func isAccountByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: "_-.".utf8.contains(byte)
        }
    }

    private static func mode(_ reader: inout OptionReader) -> UInt16? {
        guard let text = reader.string("mode") else { return nil }
        if (3...4).contains(text.value.utf8.count), let mode = UInt16(text.value, radix: 8), !text.value.hasPrefix("+")
        {
            return mode
        }
        reader.report(.error("'\(text.value)' is no mode; it takes octal digits such as \"0644\"", at: text.location))
        return nil
    }
}

extension FileOptions {
    /// The mode of directories: as the files' one, but who may read may also enter.
    var directoryMode: UInt16? { mode.map { $0 | ($0 & 0o444) >> 2 } }
}
