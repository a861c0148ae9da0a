/// The words after `--` of `devenv exec`.
///
/// ArgumentParser allows no second list of positional arguments after a first, which the targets are. So each word becomes the
/// value of a hidden option, in the form that takes any text whatever it begins with.
package enum CommandWords {
    /// The hidden option.
    static let option = "command-word"

    /// The arguments with the words of the command made into options.
    package static func markWords(_ arguments: [String]) -> [String] {
        guard arguments.first == "exec", let terminator = arguments.firstIndex(of: "--") else { return arguments }
        return arguments[..<terminator] + arguments[(terminator + 1)...].map { "--\(option)=:\($0)" }
    }

    /// The words themselves, from the values of the option. The colon is there as the option can't be empty.
    static func words(of values: [String]) -> [String] { values.map { String($0.dropFirst()) } }
}
