import DevenvHost
import DevenvModel
import Glibc
import SystemPackage

/// Everything on this host that carries a project's mark, found without the provider's own code.
struct ContainerLeftovers: Sendable {
    let project: ProjectID
    let directories: HostDirectories

    func all() -> [String] { mounts() + links() + groups() + files() + rules() }

    func mounts() -> [String] {
        lines(of: "/proc/self/mounts").filter { $0.contains(project.rawValue) }
    }

    func links() -> [String] {
        names(in: "/sys/class/net").filter { link in
            link.hasPrefix("dv" + project.short)
                || lines(of: FilePath("/sys/class/net/\(link)/ifalias")).contains { $0.contains(project.rawValue) }
        }.map { "link \($0)" }
    }

    func groups() -> [String] {
        names(in: "/sys/fs/cgroup").map { FilePath("/sys/fs/cgroup/\($0)/devenv/\(project)") }
            .filter(HostFiles.exists).map { "control group \($0)" }
    }

    func files() -> [String] {
        let places = ["containers", "run/containers", "run/runc"]
        return places.flatMap { place in
            let directory = directories.data.pushing(FilePath(place))
            return names(in: directory).filter { $0.contains(project.rawValue) }.map { "file \(directory)/\($0)" }
        }
    }

    /// Rules, asked of nft itself.
    func rules() -> [String] {
        guard let pipe = popen("nft list table inet devenv 2>/dev/null", "r") else { return ["nft can't be run"] }
        defer { pclose(pipe) }
        var found: [String] = []
        var buffer = [CChar](repeating: 0, count: 65536)
        while let line = fgets(&buffer, Int32(buffer.count), pipe) {
            let text = String(cString: line)
            if text.contains(project.rawValue) { found.append("rule \(text)") }
        }
        return found
    }

    private func lines(of file: FilePath) -> [String] {
        let bytes = (try? HostFiles.read(file)) ?? nil  // what vanishes meanwhile is not left over
        return String(decoding: bytes ?? [], as: UTF8.self).split(separator: "\n").map(String.init)
    }

    private func names(in directory: FilePath) -> [String] {
        (try? HostFiles.list(directory)) ?? []  // what is not there holds nothing
    }
}
