import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvState
import SystemPackage

/// What of this host bears on all machines, whatever makes them: room, the clock, watches on files, subnets.
struct HostCondition: Sendable {
    /// Where devenv keeps boxes and machines.
    var data: FilePath
    /// How many bytes are free there; nil where that can't be told.
    var room: Int64?
    /// Whether something keeps the clock right (adjtimex(2), STA_UNSYNC); nil where that can't be told.
    var isClockKept: Bool?
    /// How many files a user may watch, and how many programs may do so (inotify(7), /proc/sys/fs/inotify).
    var watches: (files: Int, programs: Int)?
    /// Subnets of projects that this host has another way into.
    var crossings: [(project: String, subnet: IPv4Subnet, route: HostRoute)] = []

    /// Reads it.
    static func current(_ host: HostDirectories) -> HostCondition {
        var condition = HostCondition(data: host.data)
        var place = host.data
        while !HostFiles.exists(place), place.removeLastComponent() {}
        condition.room = HostFiles.room(in: place)
        condition.isClockKept = HostClock.isKept
        if let files = number("max_user_watches"), let programs = number("max_user_instances") {
            condition.watches = (files, programs)
        }
        let projects = (try? ProjectStore.knownProjects(host)) ?? []  // what is wrong with them is said elsewhere
        let routes = HostRoute.all()
        condition.crossings = projects.flatMap { project in
            project.subnets.flatMap { subnet in
                routes.filter { $0.subnet != subnet && $0.leads(into: subnet) }
                    .map { (project.name.rawValue, subnet, $0) }
            }
        }
        return condition
    }

    /// What is to be said of it.
    var findings: [Finding] {
        [space, time, watching].compactMap { $0 }
            + crossings.map { crossing in
                Finding(
                    .warning,
                    "a part of the subnet \(crossing.subnet) of the project '\(crossing.project)' is behind the interface '\(crossing.route.interface)' of this host (\(crossing.route.subnet)): machines there are not reached",
                    cure:
                        "give the network another 'subnet' in its Envfile, or end what has made '\(crossing.route.interface)'"
                )
            }
    }

    private var space: Finding? {
        guard let room else { return nil }
        let text = "\(ByteCount(bytes: room)) are free in '\(data)', for boxes and machines"
        guard room < 2 << 30 else { return Finding(.fine, text) }
        return Finding(.warning, "only \(text)", cure: "run 'devenv box prune', then 'devenv box gc --packages'")
    }

    private var time: Finding? {
        guard let isClockKept else { return nil }
        if isClockKept { return Finding(.fine, "the clock is kept right") }
        return Finding(
            .warning, "nothing keeps this host's clock right, and machines take over its time",
            cure: "apt-get install systemd-timesyncd")
    }

    private var watching: Finding? {
        guard let watches else { return nil }
        guard watches.files < 65_536 || watches.programs < 128 else {
            return Finding(.fine, "\(watches.files) files may be watched, by \(watches.programs) programs of a user's")
        }
        return Finding(
            .warning,
            "only \(watches.files) files may be watched, by \(watches.programs) programs of a user's: editors and synced folders may miss changes",
            cure: "sysctl -w fs.inotify.max_user_watches=524288 fs.inotify.max_user_instances=512")
    }

    private static func number(_ name: String) -> Int? {
        let file = FilePath("/proc/sys/fs/inotify/\(name)")
        let bytes = (try? HostFiles.read(file, limit: 64)) ?? nil  // a kernel without inotify
        return bytes.flatMap { Int(String(decoding: $0, as: UTF8.self).filter(\.isNumber)) }
    }
}
