/// The first line of a script, as the kernel reads it.
struct Shebang {
    /// The program that the line names; nil where there is no such line.
    let interpreter: String?
    /// Whether the line ends in a carriage return, which the kernel would take for a part of the program's name.
    let endsInCarriageReturn: Bool

    /// Looks at a script.
    init(_ script: [UInt8]) {
        var line = script.prefix { $0 != UInt8(ascii: "\n") }
        endsInCarriageReturn = line.last == UInt8(ascii: "\r")
        if endsInCarriageReturn { line.removeLast() }
        guard line.starts(with: Array("#!".utf8)) else {
            interpreter = nil
            return
        }
        let words = line.dropFirst(2).split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
        interpreter = words.first.map { String(decoding: $0, as: UTF8.self) } ?? ""
    }
}
