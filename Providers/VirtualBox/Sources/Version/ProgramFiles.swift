import DevenvHost
import Glibc
import SystemPackage

/// The files that a program is made of, as far as they tell one installation of it from another.
///
/// VirtualBox's own packages start VBoxManage by a script, `VBox.sh`, which comes anew with each release; others put
/// scripts of their own in front of it.
enum ProgramFiles {
    /// Where VirtualBox's script finds the programs: with packages of distributions, with Oracle's, and where it is told to.
    private static let installed: [FilePath] = [
        "/usr/lib/virtualbox/VBoxManage", "/opt/VirtualBox/VBoxManage", "/etc/vbox/vbox.cfg",
    ]

    /// All that a program leads to, links followed; nil where that can't be told.
    static func all(behind program: FilePath) -> [FilePath]? { all(behind: program, depth: 0) }

    private static func all(behind program: FilePath, depth: Int) -> [FilePath]? {
        guard depth < 4, let file = resolved(program) else { return nil }
        let head = (try? HostFiles.head(of: file, count: 16 << 10)) ?? []  // what can't be read can't be told
        guard !head.isEmpty else { return nil }
        guard head.starts(with: "#!".utf8) else { return [file] }
        if file.lastComponent?.string == "VBox.sh" { return [file] + installed }
        let named = programs(namedIn: String(decoding: head, as: UTF8.self)).filter { $0 != program && $0 != file }
        guard !named.isEmpty else { return nil }
        var files = [file]
        for program in named {
            guard let further = all(behind: program, depth: depth + 1) else { return nil }
            files += further
        }
        return files
    }

    /// The programs called VBoxManage, whatever follows that, which a script names by their whole paths.
    static func programs(namedIn script: String) -> [FilePath] {
        let words = script.split { !($0.isLetter || $0.isNumber || "/._-+@".contains($0)) }
        return words.filter { $0.hasPrefix("/") }.map { FilePath(String($0)) }.filter {
            $0.lastComponent?.string.hasPrefix("VBoxManage") == true
        }
    }

    private static func resolved(_ path: FilePath) -> FilePath? {
        guard let resolved = realpath(path.string, nil) else { return nil }
        defer { free(resolved) }
        return FilePath(String(cString: resolved))
    }
}
