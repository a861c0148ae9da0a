import DevenvDiagnostics
import DevenvModel
import DevenvPluginAPI

/// An argument or a variable's value: a text, or a secret by its name.
enum ScriptValue: Equatable {
    /// The text itself.
    case text(String)
    /// The value of a secret: `secret:NAME`.
    case secret(String)

    /// Linux refuses to start a program with a longer one (MAX_ARG_STRLEN, its NUL included).
    static let limit = 131_071

    /// Reads a text.
    init(_ text: String) {
        let isSecret = text.hasPrefix("secret:")
        self = isSecret ? .secret(String(text.dropFirst("secret:".count))) : .text(text)
    }

    /// The name of the secret that it stands for.
    var secretName: String? {
        if case .secret(let name) = self { name } else { nil }
    }

    /// As it was written, which holds no secret.
    var written: String {
        switch self {
        case .text(let text): text
        case .secret(let name): "secret:\(name)"
        }
    }

    /// The value, nil for a secret that is not there.
    func resolved(_ secrets: [String: Redacted]) -> String? {
        switch self {
        case .text(let text): text
        case .secret(let name): secrets[name]?.secret
        }
    }

    /// The value where a program can be given it; otherwise reports why not.
    static func checked(_ text: Located<String>, as what: String, _ reader: inout OptionReader) -> Located<ScriptValue>?
    {
        if let fault = fault(of: text.value) {
            reader.report(.error("\(what) \(fault)", at: text.location))
            return nil
        }
        return text.map { ScriptValue($0) }
    }

    /// Why no program can be given this text, nil where one can.
    static func fault(of text: String) -> String? {
        if text.utf8.contains(0) { return "holds a NUL, which no program can be given" }
        if text.utf8.count >= limit { return "is longer than the 128 KiB that Linux allows" }
        return nil
    }
}

/// The names of the variables of a script.
enum ScriptVariable {
    /// What shells set by themselves, or refuse to have set.
    private static let reserved: Set<String> = [
        "_", "BASHOPTS", "BASHPID", "BASH_VERSINFO", "DIRSTACK", "EPOCHREALTIME", "EPOCHSECONDS", "EUID", "FUNCNAME",
        "GROUPS", "HISTCMD", "LINENO", "OLDPWD", "OPTIND", "PPID", "PWD", "RANDOM", "SECONDS", "SHELLOPTS", "SHLVL",
        "SRANDOM", "UID",
    ]

    /// Whether a script can be given a variable of that name; reports why not.
    static func check(_ name: Located<String>, _ reader: inout OptionReader) -> Bool {
        let isName =
            name.value.first?.isNumber == false
            && name.value.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
        if !isName {
            let form = "letters, digits and underscores, not a digit first"
            reader.report(.error("'\(name.value)' is no name of a variable: \(form)", at: name.location))
            return false
        }
        guard !reserved.contains(name.value), !name.value.hasPrefix("devenv_") else {
            reader.report(.error("'\(name.value)' is set by the shell itself; choose another name", at: name.location))
            return false
        }
        return true
    }
}
