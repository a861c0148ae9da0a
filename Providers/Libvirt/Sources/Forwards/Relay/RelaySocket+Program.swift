import Glibc

extension RelaySocket {
    /// A socket that is the standard input and output of a program which is started for it and ends when the socket does; nil
    /// where it can't be started. What it says of its troubles goes where this process's own words go.
    static func start(_ words: [String]) -> Int32? {
        var ends: [Int32] = [-1, -1]
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        guard unsafe socketpair(AF_UNIX, type, 0, &ends) == 0 else { return nil }
        let isStarted = spawn(words, on: ends[1])
        close(ends[1])
        guard isStarted else {
            close(ends[0])
            return nil
        }
        stopWaiting(on: ends[0])
        return ends[0]
    }

    /// It has signals as programs expect them, and of our descriptors only the socket.
    private static func spawn(_ words: [String], on socket: Int32) -> Bool {
        var actions = unsafe posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        var restored = sigset_t()
        unsafe posix_spawn_file_actions_init(&actions)
        unsafe posix_spawnattr_init(&attributes)
        defer {
            unsafe posix_spawn_file_actions_destroy(&actions)
            unsafe posix_spawnattr_destroy(&attributes)
        }
        for descriptor in [STDIN_FILENO, STDOUT_FILENO] {
            unsafe posix_spawn_file_actions_adddup2(&actions, socket, descriptor)
        }
        unsafe sigemptyset(&restored)
        for number in [SIGCHLD, SIGPIPE] { unsafe sigaddset(&restored, number) }
        unsafe posix_spawnattr_setsigdefault(&attributes, &restored)
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF))
        let arguments = unsafe texts(words)
        let variables = unsafe texts(environment)
        defer {
            unsafe release(arguments)
            unsafe release(variables)
        }
        return unsafe posix_spawnp(nil, words[0], &actions, &attributes, arguments, variables) == 0
    }

    /// What ssh looks at of what this process was started with.
    private static var environment: [String] {
        let names: [String] = ["PATH", "SSH_AUTH_SOCK"]
        return names.compactMap { (name: String) -> String? in
            guard let value = unsafe getenv(name) else { return nil }
            return unsafe "\(name)=" + String(cString: value)
        }
    }

    /// Texts as C has lists of them, until they are released.
    private static func texts(_ list: [String]) -> [UnsafeMutablePointer<CChar>?] {
        var texts: [UnsafeMutablePointer<CChar>?] = unsafe list.map { unsafe strdup($0) }
        unsafe texts.append(nil)
        return unsafe texts
    }

    private static func release(_ texts: [UnsafeMutablePointer<CChar>?]) {
        unsafe texts.forEach { unsafe free($0) }
    }
}
