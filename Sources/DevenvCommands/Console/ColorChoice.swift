import ArgumentParser
import Glibc
package import SystemPackage

/// When to use colours.
package enum ColorChoice: String, ExpressibleByArgument, CaseIterable, Sendable {
    /// On a terminal, unless `NO_COLOR` is set (no-color.org).
    case auto
    /// Everywhere.
    case always
    /// Nowhere.
    case never

    /// What is behind a stream.
    package func surface(of file: FileDescriptor, _ environment: [String: String]) -> Console.Surface {
        let isTerminal = isatty(file.rawValue) == 1 && environment["TERM"] != "dumb"
        let isColored =
            switch self {
            case .auto: isTerminal && (environment["NO_COLOR"] ?? "").isEmpty
            case .always: true
            case .never: false
            }
        return Console.Surface(
            isTerminal: isTerminal, style: TextStyle(isColored: isColored), isUnicode: Self.isUnicode(environment))
    }

    /// Whether the locale's encoding is UTF-8 (POSIX: the first of these that is set decides).
    private static func isUnicode(_ environment: [String: String]) -> Bool {
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
        let name = (locale ?? "").lowercased()
        return name.hasSuffix("utf-8") || name.hasSuffix("utf8")
    }
}
