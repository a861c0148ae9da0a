import DevenvHost
import Glibc
import SystemPackage

/// Which release the installed VBoxManage is, kept for as long as its files are the ones that were asked.
struct ReleaseMemory: Sendable {
    private static let version = "devenv VBoxManage 1"

    private let memory: RememberedLine

    /// Looks at what the release depends on; nil where there is no such program, or no telling what it leads to.
    init?(_ program: FilePath? = ToolPath.find("VBoxManage"), directories: HostDirectories) {
        guard let program, let files = ProgramFiles.all(behind: program) else { return nil }
        memory = RememberedLine(
            "virtualbox/release", in: directories.data,
            under: [Self.version, "\(program)"] + files.map(Self.line))
    }

    /// What was kept of the same files.
    func recall() -> VBoxVersion? {
        memory.recall().flatMap { VBoxVersion($0) }.flatMap { $0 >= .oldest ? $0 : nil }
    }

    /// Keeps a release.
    func keep(_ release: VBoxVersion) { memory.keep(release.description) }

    /// What is different of a file that was replaced or written to: package managers bring files with times of their own,
    /// but none chooses when it came (`ctime`).
    private static func line(_ path: FilePath) -> String {
        var status = stat()
        guard stat(path.string, &status) == 0 else { return "\(path) none" }
        let numbers = [
            Int(status.st_dev), Int(bitPattern: UInt(status.st_ino)), Int(status.st_size), status.st_mtim.tv_sec,
            status.st_mtim.tv_nsec, status.st_ctim.tv_sec, status.st_ctim.tv_nsec,
        ]
        return "\(path) \(numbers.map { String($0) }.joined(separator: " "))"
    }
}
