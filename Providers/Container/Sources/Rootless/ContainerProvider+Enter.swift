import CSyscalls
import DevenvHost
package import DevenvPluginAPI
import Glibc
import SystemPackage

extension ContainerProvider {
    /// Has this process start anew in the user's realm, which is made where it is missing: there devenv is root. Returns where it is
    /// root already, or where this host does not let the user have a realm, which `check` explains.
    package func enter() async throws(ProviderError) {
        guard geteuid() != 0, UserRealm.named == nil else { return }
        let place = RealmPlace(in: directories)
        // what it takes to make one is not asked of one that lives
        if RealmNote.living(at: place) == nil, RealmHost.look().findings.contains(where: { $0.severity == .problem }) {
            return
        }
        let limit = 107  // unix(7)
        guard place.socket.string.utf8.count <= limit else {
            throw .invalidRequest("the path '\(place.socket)' is too long for a socket", help: "shorten DEVENV_HOME")
        }
        let claim = try ProviderError.translate { () throws(HostError) in
            try HostFiles.makeDirectory(place.directory, mode: .ownerReadWriteExecute)
            return try Self.claim(place)
        }
        try Self.checkOwners(of: place.directory)
        let holder = try await RealmKeeper(place: place, directories: directories, tools: tools).provide()
        let realm = UserRealm(
            user: getuid(), holder: holder.id, claim: claim.rawValue, directory: place.directory)
        guard let program = OwnProgram.path else {
            throw .failed("entering your realm: the path of devenv's own program can't be read")
        }
        var variables = environment
        variables[UserRealm.variable] = realm.text
        // where the administrator's programs are, which root of the realm calls
        variables["PATH"] = (variables["PATH"] ?? "/usr/local/bin:/usr/bin:/bin") + ":/usr/local/sbin:/usr/sbin:/sbin"
        try ProviderError.translate { () throws(HostError) in
            try ProcessReplacement.become(program, Array(CommandLine.arguments.dropFirst()), environment: variables)
        }
    }

    /// Refuses a place that is not the user's alone: whoever could write there would be asked for a way into the realm. Above a
    /// directory of root's nobody else can have put it there.
    private static func checkOwners(of directory: FilePath) throws(ProviderError) {
        var path = directory
        while path != path.removingLastComponent() {
            var status = stat()
            guard lstat(path.string, &status) == 0, status.st_uid != 0 else { return }
            guard status.st_uid == getuid(), status.st_mode & S_IWOTH == 0 else {
                throw .notPermitted(
                    "the directory '\(path)' is not yours alone", help: "set XDG_RUNTIME_DIR to one that is")
            }
            path = path.removingLastComponent()
        }
    }

    /// A descriptor with the shared lock of those who are in the realm. It stays open in the program that this one becomes.
    private static func claim(_ place: RealmPlace) throws(HostError) -> FileDescriptor {
        let file = try HostError.wrap("opening the lock", place.claim) {
            try FileDescriptor.open(place.claim, .readWrite, options: [.create], permissions: .ownerReadWrite)
        }
        try SystemCall.check("locking", place.claim) { flock(file.rawValue, LOCK_SH) }
        return file
    }
}

/// A process' way into its user's realm and out of it again.
package enum RealmMembership {
    /// Joins the realm that `enter` named. To be called before the process has a second thread.
    ///
    /// - Throws: where it has ended meanwhile.
    package static func join() throws(ProviderError) {
        guard getuid() != 0, let realm = UserRealm.named else { return }
        // not for the programs that this one starts
        _ = fcntl(realm.claim, F_SETFD, FD_CLOEXEC)
        guard devenv_join_realm(realm.holder) == 0 else {
            throw .failed(
                "entering your realm: \(Errno(rawValue: errno))", help: "run the command again")
        }
    }

    /// Ends the realm where no machine runs in it and nobody else is in it. The last act of a process.
    package static func leave() {
        guard let realm = UserRealm.current else { return }
        let place = RealmPlace(realm)
        // a program that a command in the realm has started, such as a hook, is in it by that command's claim
        guard holds(realm.claim, place.claim) else { return }
        let runs = place.directory.removingLastComponent().appending("containers")
        // what can't be told is left to the next command
        guard (try? HostFiles.list(runs))?.isEmpty ?? false, flock(realm.claim, LOCK_EX | LOCK_NB) == 0 else { return }
        if let process = SlirpSocket(path: place.socket).process { kill(process, SIGKILL) }
        // while its note says which it is
        let group = RealmGroup.own
        if RealmNote.living(at: place)?.holder.id == realm.holder { kill(realm.holder, SIGKILL) }
        group?.clear()
        devenv_unmount(place.system.string, 1)
        for name in [place.note, place.processFile, place.socket] { unlink(name.string) }
        for name in ["network.lock", "groups.lock"] { unlink(place.directory.appending(name).string) }
        rmdir(place.system.string)
    }

    private static func holds(_ claim: Int32, _ file: FilePath) -> Bool {
        var (own, there) = (stat(), stat())
        return fstat(claim, &own) == 0 && stat(file.string, &there) == 0 && own.st_ino == there.st_ino
            && own.st_dev == there.st_dev
    }
}
