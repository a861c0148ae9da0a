import Glibc

/// The processors whose programs this host runs by itself, under Debian's names for them.
package enum HostArchitecture {
    /// Its own processor first, then those whose programs it runs too.
    package static let runnable: [String] = {
        var names = utsname()
        guard uname(&names) == 0 else { return [] }
        let machine = withUnsafeBytes(of: names.machine) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        return switch machine {
        case "x86_64": ["amd64", "i386"]
        case "aarch64": ["arm64", "armhf"]
        case "armv7l", "armv8l": ["armhf"]
        case "i686", "i586": ["i386"]
        case "ppc64le": ["ppc64el"]
        case "loongarch64": ["loong64"]
        default: [machine]
        }
    }()
}
