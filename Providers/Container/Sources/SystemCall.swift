import DevenvHost
import Glibc
import SystemPackage

/// Results of system calls as typed errors.
enum SystemCall {
    /// The result of a call; -1 is an error of `errno`.
    @discardableResult
    static func check(_ attempt: String, _ path: FilePath, _ call: () -> Int32) throws(HostError) -> Int32 {
        while true {
            let result = call()
            if result >= 0 { return result }
            let error = Errno(rawValue: errno)
            guard error == .interrupted else { throw HostError(attempt, path, error) }
        }
    }
}
