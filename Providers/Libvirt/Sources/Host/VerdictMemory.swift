import CLibvirt  // whose headers define types of Glibc, where a whole module is compiled at once
import DevenvHost
import Glibc
import SystemPackage

/// What a probe of KVM found out, kept for as long as nothing can have changed it.
struct VerdictMemory: Sendable {
    private static let version = "devenv accelerator 1"

    private let memory: RememberedLine

    /// Looks at what the verdict depends on; nil where there is no such emulator.
    init?(emulator: FilePath, directories: HostDirectories) {
        guard let name = emulator.lastComponent?.string, let program = Self.status(emulator) else { return nil }
        // a device that was made anew belongs to a module that was loaded anew, maybe with other parameters
        let device = Self.status("/dev/kvm").map { "\($0.st_ino) \($0.st_ctim.tv_sec)" } ?? "none"
        memory = RememberedLine(
            FilePath("libvirt/accelerator-\(name)"), in: directories.data,
            under: [
                Self.version, HostBoot.id, Self.line("/proc/sys/kernel/osrelease"),
                "\(emulator) \(program.st_mtim.tv_sec).\(program.st_mtim.tv_nsec) \(program.st_size)", device,
                "\(geteuid())",
            ])
    }

    /// What was kept under the same circumstances.
    func recall() -> AcceleratorVerdict? { memory.recall().flatMap(AcceleratorVerdict.init(line:)) }

    /// Keeps a verdict.
    func keep(_ verdict: AcceleratorVerdict) {
        if let line = verdict.line { memory.keep(line) }
    }

    private static func line(_ path: FilePath) -> String {
        let bytes = (try? HostFiles.read(path)) ?? nil  // without it the other lines decide
        return String(decoding: (bytes ?? []).filter { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }

    private static func status(_ path: FilePath) -> stat? {
        var status = stat()
        return unsafe stat(path.string, &status) == 0 ? status : nil
    }
}

extension AcceleratorVerdict {
    /// The verdict as a line of a file; nil for those that cost nothing to find out again.
    fileprivate var line: String? {
        switch self {
        case .works: "works"
        case .stalls(let step): "stalls \(step.rawValue)"
        case .fails(let reason): "fails \(reason.split(whereSeparator: \.isNewline).joined(separator: " "))"
        case .unavailable, .untried: nil
        }
    }

    /// Reads such a line; nil for any other.
    fileprivate init?(line: String) {
        let words = line.split(separator: " ", maxSplits: 1).map(String.init)
        switch (words.first, words.dropFirst().first) {
        case ("works", nil): self = .works
        case ("stalls", let letter?):
            guard let step = ProbeStep(rawValue: letter) else { return nil }
            self = .stalls(at: step)
        case ("fails", let reason?): self = .fails(reason)
        default: return nil
        }
    }
}
