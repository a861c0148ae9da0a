import DevenvPluginAPI
import Glibc

/// The clock of a machine, which stood still while the machine was paused.
enum GuestClock {
    /// Sets the clock to the host's where it differs by more than two seconds; says why it could not, nil where it is right.
    /// Throws where the machine can't be talked to.
    static func set(over communicator: any Communicator) async throws(CommunicatorError) -> String? {
        try await program(now: Int(time(nil))).failure(on: communicator, timeout: .seconds(30))
    }

    /// The seconds on its command line are understood by GNU's and by busybox's date(1) alike.
    private static func program(now: Int) -> RemoteProgram {
        RemoteProgram(
            """
            devenv_lag=$((\(now) - $(date -u +%s)))
            case $devenv_lag in -2 | -1 | 0 | 1 | 2) devenv_end 0 ;; esac
            date -u -s @\(now) >/dev/null
            devenv_end $?
            """, asRoot: true)
    }
}
