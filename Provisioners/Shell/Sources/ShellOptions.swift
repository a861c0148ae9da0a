import DevenvDiagnostics
import DevenvModel
import DevenvPluginAPI
import SystemPackage

/// The options of a `shell` item, decoded.
struct ShellOptions {
    /// Where the script comes from.
    enum Script {
        /// It stands in the Envfile.
        case inline(String)
        /// A file, as written.
        case file(String)
        /// A file on a web server, with the digest that it must have.
        case download(url: String, digest: String)
    }

    /// The script; nil where the options don't say it.
    let script: Located<Script>?
    /// What the script is given.
    let arguments: [Located<ScriptValue>]
    /// Its environment, besides what the machine supplies.
    let environment: [(name: String, value: Located<ScriptValue>)]
    /// Whether root runs it.
    let isPrivileged: Bool
    /// The program, with arguments, that runs a script without a first line `#!…`.
    let interpreter: [String]?
    /// Where the interpreter was written.
    let interpreterLocation: SourceLocation?
    /// Whether its output is kept from everybody.
    let isSensitive: Bool
    /// Whether it may restart the machine.
    let mayReboot: Bool
    /// What is wrong with the options by themselves.
    let diagnostics: [Diagnostic]

    /// Decodes the options of an item.
    init(_ item: ProvisionerSpec) {
        if case .string(let text) = item.options.value {
            let entry = OptionTree.Entry(key: Located("inline", at: item.options.location), value: item.options)
            self.init(OptionTree(.map([entry]), at: item.options.location), ofEmpty: text.isEmpty)
        } else {
            self.init(item.options, ofEmpty: false)
        }
    }

    private init(_ tree: OptionTree, ofEmpty isEmpty: Bool) {
        var reader = OptionReader(tree, of: "the shell options")
        script = Self.script(&reader, tree)
        arguments = (reader.strings("args", scalars: true) ?? []).compactMap { argument in
            ScriptValue.checked(argument, as: "an argument", &reader)
        }
        environment = (reader.stringMap("env") ?? []).compactMap { entry in
            guard ScriptVariable.check(entry.key, &reader) else { return nil }
            let value = ScriptValue.checked(entry.value, as: "the value of '\(entry.key.value)'", &reader)
            return value.map { (entry.key.value, $0) }
        }
        isPrivileged = reader.boolean("privileged") ?? true
        let interpreter = reader.strings("interpreter")
        self.interpreter = interpreter?.map(\.value)
        interpreterLocation = interpreter?.first?.location
        isSensitive = reader.boolean("sensitive") ?? false
        mayReboot = reader.boolean("reboot") ?? false
        if interpreter?.first?.value.isEmpty ?? false {
            reader.report(.error("the interpreter is empty", at: interpreterLocation))
        }
        diagnostics = reader.finish()
    }

    private static func script(_ reader: inout OptionReader, _ tree: OptionTree) -> Located<Script>? {
        let inline = reader.string("inline")
        let path = reader.string("path")
        let url = reader.string("url")
        let digest = reader.string("sha256")
        let places = [inline, path, url].compactMap(\.?.location)
        guard [inline, path, url].count(where: { $0 != nil }) == 1 else {
            guard reader.diagnostics.isEmpty else { return nil }  // one of them is there, but not a text
            let have = places.isEmpty ? "none is given" : "only one may be given"
            reader.report(
                .error("a script is either 'inline' or 'path' or 'url': \(have)", at: places.last ?? tree.location))
            return nil
        }
        if let digest, url == nil {
            reader.report(.error("'sha256' belongs to 'url'", at: digest.location))
        }
        if let url { return download(url, digest, &reader) }
        let given = path.map { $0.map { Script.file($0) } } ?? inline.map { $0.map { Script.inline($0) } }
        let text = (path ?? inline)?.value ?? ""
        guard text.isEmpty else { return given }
        reader.report(.error(path == nil ? "the script is empty" : "the path is empty", at: given?.location))
        return nil
    }

    private static func download(_ url: Located<String>, _ digest: Located<String>?, _ reader: inout OptionReader)
        -> Located<Script>?
    {
        let isWeb = ["https://", "http://"].contains { url.value.lowercased().hasPrefix($0) }
        if !isWeb {
            reader.report(
                .error("'\(url.value)' is no address of a web server", at: url.location, help: "use 'path' for a file"))
        }
        guard let digest else {
            let help = "add sha256: the output of sha256sum for the file that you have looked at"
            reader.report(.error("a script from a web server needs its 'sha256'", at: url.location, help: help))
            return nil
        }
        let isDigest = digest.value.utf8.count == 64 && digest.value.allSatisfy { $0.isASCII && $0.isHexDigit }
        if !isDigest { reader.report(.error("'sha256' takes 64 hexadecimal digits", at: digest.location)) }
        guard isWeb, isDigest else { return nil }
        return url.map { .download(url: $0, digest: digest.value.lowercased()) }
    }
}
