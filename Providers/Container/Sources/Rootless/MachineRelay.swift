import CSyscalls
import DevenvHost
import DevenvModel
import Glibc
import SystemPackage

/// The way to a machine of a user's realm from outside: a program whose standard input and output lead there.
package enum MachineRelay {
    /// The word that such a command line begins with, after the program.
    private static let word = "reach-machine"

    /// The words of the program that leads to a port of a machine; nil where the path of devenv's own program can't be read.
    static func program(to address: IPv4Address, port: UInt16, in realm: UserRealm) -> [String]? {
        OwnProgram.path.map { [$0.string, word, realm.directory.string, "\(SocketAddress(address, port))"] }
    }

    /// Carries bytes where the arguments (without the program) ask for that, and gives the status of the process; nil for
    /// other arguments. To be called before anything else in the process, which must have one thread only.
    package static func serve(_ arguments: [String]) -> Int32? {
        guard arguments.count == 3, arguments[0] == word, arguments[1].hasPrefix("/"),
            let target = SocketAddress(arguments[2])
        else { return nil }
        let place = RealmPlace(directory: FilePath(arguments[1]))
        guard let note = RealmNote.living(at: place) else { return fail("no machine of yours runs", ESRCH) }
        guard devenv_join_network(note.holder.id) == 0 else { return fail("entering the realm's network", errno) }
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0, target.withPointer({ connect(socket, $0, $1) }) == 0 else {
            return fail("connecting to \(target)", errno)
        }
        // what is typed is not to wait for more
        var one: Int32 = 1
        setsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
        return devenv_relay(socket) == 0 ? 0 : 1
    }

    private static func fail(_ attempt: String, _ error: Int32) -> Int32 {
        let text = "devenv: \(attempt): \(Errno(rawValue: error))\n"
        _ = try? FileDescriptor.standardError.writeAll(text.utf8)  // nobody else could be told
        return 1
    }
}
