import CSyscalls
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import Glibc
import SystemPackage

/// How much room the directory of a machine's data may take up: what it writes, the layers of its snapshots, its notes.
///
/// The directory belongs to a project of its file system, which whatever is made in it inherits; the file system counts what belongs
/// to a project and keeps it within a limit (quotactl(2)). That the directory bears the number is the only note of it, so that
/// nothing can be left over of a number that was given out.
struct DiskQuota {
    /// The directory, which need not be there.
    let directory: FilePath

    /// devenv's numbers, far from those that others count up from 1. A number that anything belongs to is never given out.
    private static let numbers: ClosedRange<UInt32> = 0x6400_0000...0x64FF_FFFF

    /// Whether the file system of a directory has such limits, and keeps them: with `prjquota` (ext4) or `pquota` (xfs) among its
    /// options.
    static func isEnforced(in directory: FilePath) -> Bool { devenv_limits_projects(directory.string) == 1 }

    /// A directory, or the closest one above it that is there.
    static func existing(_ directory: FilePath) -> FilePath {
        var path = directory
        while !HostFiles.exists(path), path != path.removingLastComponent() { path.removeLastComponent() }
        return path
    }

    /// The project that the directory belongs to; nil for none of devenv's, or no directory.
    func project() throws(HostError) -> UInt32? {
        guard HostFiles.exists(directory) else { return nil }
        var number: UInt32 = 0
        try SystemCall.check("reading the project of", directory) { devenv_project(directory.string, &number) }
        return Self.numbers.contains(number) ? number : nil
    }

    /// Makes a directory with nothing in it a project of its own, where its file system limits such; without a limit yet. Repeating
    /// it changes nothing.
    func begin() async throws(ProviderError) {
        guard UserRealm.current == nil, Self.isEnforced(in: directory) else { return }
        let lock = try await KernelLock.take(.quotas)
        try ProviderError.translate { () throws(HostError) in
            guard try project() == nil else { return }
            let number = try unused()
            try SystemCall.check("giving a project to", directory) { devenv_set_project(directory.string, number) }
        }
        FaultPoint.reach("container.quota.begun")
        _ = consume lock
    }

    /// Limits the project, if the directory is one; nil for no limit.
    func limit(to size: ByteCount?) throws(HostError) {
        guard UserRealm.current == nil, let number = try project() else { return }
        let kibibytes = size.map { max(1, UInt64($0.bytes) / 1024) } ?? 0
        guard try usage(of: number).limit != kibibytes else { return }
        try SystemCall.check("limiting", directory) { devenv_limit_project(directory.string, number, kibibytes) }
    }

    /// Takes the limit away, before the directory itself goes: afterwards nobody would know of it.
    func end() throws(HostError) {
        guard Self.isEnforced(in: directory) else { return }
        try limit(to: nil)
        FaultPoint.reach("container.quota.ended")
    }

    /// The limit of a project in KiB, 0 for none, and how many files it has.
    func usage(of number: UInt32) throws(HostError) -> (limit: UInt64, files: UInt64) {
        var (limit, files): (UInt64, UInt64) = (0, 0)
        try SystemCall.check("reading the limit of", directory) {
            devenv_project_usage(directory.string, number, &limit, &files)
        }
        return (limit, files)
    }

    private func unused() throws(HostError) -> UInt32 {
        for _ in 0..<1000 {
            let number = UInt32.random(in: Self.numbers)
            if try usage(of: number) == (0, 0) { return number }
        }
        throw HostError("finding a free project for", directory, .noSpace)
    }
}
