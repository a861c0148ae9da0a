import DevenvDiagnostics
import DevenvGuest
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import SystemPackage

/// How ansible-playbook is called, as a pure function.
struct AnsibleCall {
    /// The options.
    let options: AnsibleOptions
    /// The private directory with the inventory and its like.
    let place: FilePath
    /// The project, in whose directory it runs, so that an `ansible.cfg` there counts.
    let project: ProvisionerProject
    /// The item's own machine.
    let machine: MachineName

    /// A socket's path may have 107 bytes (unix(7)); ssh adds 18, Ansible a name of 10.
    private static let longestPlace = 72

    /// The call. Both outputs come as one, in their order; the connections that ssh keeps for the next task end with it.
    var invocation: ToolInvocation {
        var words = ["--limit", options.limit ?? machine.rawValue]
        if options.becomesRoot { words.append("--become") }
        let playbook = project.directory.pushing(FilePath(options.playbook.playbook?.value ?? "")).string
        words += options.playbook.words(privateFiles: place.string, playbook: playbook)
        let sockets = place.appending("s").string
        return ToolInvocation(
            "sh", ["-c", Self.script, "sh", sockets, "ansible-playbook"] + words,
            environment: environment(sockets), directory: project.directory, endsWithCaller: true)
    }

    private func environment(_ sockets: String) -> [String: String] {
        let isShort = sockets.utf8.count <= Self.longestPlace
        // long enough for the next task, and short enough where a kill keeps the script from ending the connections
        let sharing = isShort ? "-o ControlMaster=auto -o ControlPersist=5s" : "-o ControlMaster=no"
        return [
            // Ansible wants a locale with UTF-8, and so do names of files
            "LC_ALL": "C.UTF-8", "LANG": "C.UTF-8", "PYTHONUNBUFFERED": "1", "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_HOST_KEY_CHECKING": "True", "ANSIBLE_RETRY_FILES_ENABLED": "False",
            "ANSIBLE_SSH_CONTROL_PATH_DIR": sockets, "ANSIBLE_SSH_ARGS": sharing,
            // values of variables pass through it
            "ANSIBLE_LOCAL_TEMP": place.appending("local").string,
        ]
    }

    private static let script = """
        sockets=$1
        shift
        "$@" 2>&1
        status=$?
        for socket in "$sockets"/*; do
            [ ! -S "$socket" ] || ssh -F none -o ControlPath="$socket" -O exit machine 2>/dev/null
        done
        exit "$status"
        """
}
