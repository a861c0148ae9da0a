import DevenvHost
import Glibc
package import SystemPackage

/// Programs that are built with the tests.
package enum BuiltProgram {
    /// devenv itself, beside the tests; `DEVENV_BINARY` names another.
    package static var devenv: FilePath {
        if let path = getenv("DEVENV_BINARY") { return FilePath(String(cString: path)) }
        return (HostFiles.target(of: "/proc/self/exe") ?? "").removingLastComponent().appending("devenv")
    }
}
