import DevenvHost
import Glibc
import SystemPackage

/// The processes of an ordinary user's machine, which has no control group to list them.
enum RealmProcesses {
    /// All processes in the machine's process namespace; none where its first one is gone, as it takes the others with it.
    static func all(of place: MachinePlace) -> Set<Int32> {
        guard let first = first(of: place), let namespace = namespace(of: first) else { return [] }
        let names = (try? HostFiles.list("/proc")) ?? []  // it is always there
        return Set(names.compactMap { Int32($0) }.filter { $0 == first || self.namespace(of: $0) == namespace })
    }

    /// The first process, as runc noted it. The number may have become another's: the machine's root, which is mounted nowhere
    /// but in the realm, says whose it is.
    private static func first(of place: MachinePlace) -> Int32? {
        // no file: nothing was started
        guard let bytes = (try? HostFiles.read(place.processFile, limit: 64)) ?? nil,
            let id = Int32(String(decoding: bytes, as: UTF8.self).filter(\.isNumber)), isMachine(id, place)
        else { return nil }
        return id
    }

    private static func isMachine(_ id: Int32, _ place: MachinePlace) -> Bool {
        // a process that is gone has no mounts
        guard let bytes = (try? HostFiles.read(FilePath("/proc/\(id)/mountinfo"))) ?? nil else { return false }
        let root = String(decoding: bytes, as: UTF8.self).split(separator: "\n").first { line in
            line.split(separator: " ").dropFirst(4).first == "/"
        }
        return root?.contains("containers/\(place.project)/\(place.machine)/") ?? false
    }

    private static func namespace(of id: Int32) -> FilePath? { HostFiles.target(of: FilePath("/proc/\(id)/ns/pid")) }
}
