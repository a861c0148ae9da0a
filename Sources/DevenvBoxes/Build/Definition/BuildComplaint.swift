import DevenvModel

/// What a build that failed says of the reason, from its log.
struct BuildComplaint: Hashable, Sendable {
    /// In the words of whoever failed.
    let text: String
    /// What of a recipe it is about; nil where that is not known.
    let part: BoxError.Part?

    /// Reads a log.
    init(log: [UInt8], of recipe: BoxRecipe) {
        let lines = String(decoding: log, as: UTF8.self).split(whereSeparator: \.isNewline).map(String.init)
        if let step = Self.step(in: lines, of: recipe) {
            self = step
            return
        }
        // the error lines of apt and mmdebstrap, or else the last line of all
        let all = lines.filter { $0.hasPrefix("E: ") }.map { $0.dropFirst(3) }
        // mmdebstrap repeats which of its commands failed, with all the packages there are
        let telling = all.filter { line in !Self.repetitions.contains { line.hasPrefix($0) } }
        let errors = (telling.isEmpty ? all : telling).prefix(3)
        text = errors.isEmpty ? lines.last ?? "it said nothing" : errors.joined(separator: "; ")
        let words = Set(errors.flatMap { $0.split { " '\",;:=".contains($0) } })
        part = recipe.packages.first { package in
            words.contains(package.prefix { $0 != "=" && $0 != ":" })
        }.map { .package($0) }
    }

    private static let repetitions = ["setup failed: ", "apt-get ", "mmdebstrap failed "]

    private init(text: String, part: BoxError.Part?) {
        self.text = text
        self.part = part
    }

    /// The step that failed, with the last of what it said.
    private static func step(in lines: [String], of recipe: BoxRecipe) -> BuildComplaint? {
        guard let end = lines.lastIndex(where: { $0.hasPrefix(BuildSteps.statusMark) }) else { return nil }
        let status = lines[end].dropFirst(BuildSteps.statusMark.count)
        for index in lines[..<end].indices.reversed() {
            let words = lines[(index + 1)..<end].filter { !$0.isEmpty }.suffix(5).joined(separator: "; ")
            let said = words.isEmpty ? "it said nothing" : words
            if let number = number(in: lines[index], after: BuildSteps.scriptMark, upTo: recipe.scripts.count) {
                let label = recipe.scripts[number].label
                return BuildComplaint(text: "\(label) failed with status \(status): \(said)", part: .script(number))
            }
            if let number = number(in: lines[index], after: BuildSteps.fileMark, upTo: recipe.files.count) {
                let target = recipe.files[number].target
                return BuildComplaint(text: "'\(target)' could not be put in place: \(said)", part: .file(number))
            }
        }
        return BuildComplaint(text: lines[..<end].last ?? "a step failed with status \(status)", part: nil)
    }

    private static func number(in line: String, after mark: String, upTo count: Int) -> Int? {
        guard line.hasPrefix(mark), let number = Int(line.dropFirst(mark.count).prefix { $0.isNumber }) else {
            return nil
        }
        return (1...max(1, count)).contains(number) && count > 0 ? number - 1 : nil
    }
}
