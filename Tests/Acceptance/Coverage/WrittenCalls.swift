import DevenvHost
import SystemPackage

/// The command lines that are written in the sources of these tests: texts with nothing but commas between them, and the words of each
/// text. What is put together from parts that stand apart is not seen.
enum WrittenCalls {
    /// All of them, with much that is no call.
    static func all() throws -> [[String]] {
        let folder = FilePath(#filePath).removingLastComponent().removingLastComponent()
        let folders = try [folder] + HostFiles.list(folder).map(folder.appending).filter(HostFiles.isDirectory)
        return try folders.flatMap { folder in
            try HostFiles.list(folder).filter { $0.hasSuffix(".swift") }.flatMap { name in
                calls(in: try HostFiles.read(folder.appending(name)) ?? [])
            }
        }
    }

    /// Those in a source.
    static func calls(in source: [UInt8]) -> [[String]] {
        var calls: [[String]] = []
        var run: [String] = []
        var rest = source[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "\"") {
                let text = literal(&rest)
                run.append(text)
                if text.contains(" ") { calls.append(text.split(separator: " ").map(String.init)) }
            } else if !",\n ".utf8.contains(byte), !run.isEmpty {
                calls.append(run)
                run = []
            }
        }
        return run.isEmpty ? calls : calls + [run]
    }

    /// The text whose first quote is gone, which goes as well. It ends with its line, so that one quote too many confuses no more
    /// than that.
    private static func literal(_ rest: inout ArraySlice<UInt8>) -> String {
        var text: [UInt8] = []
        while let byte = rest.popFirst(), byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\n") {
            text.append(byte)
            if byte == UInt8(ascii: "\\"), let escaped = rest.popFirst() { text.append(escaped) }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
