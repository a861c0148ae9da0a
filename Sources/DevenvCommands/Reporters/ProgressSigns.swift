/// The signs of the live block, and of the lines that machines leave behind.
struct ProgressSigns: Sendable {
    let isUnicode: Bool
    var frame = 0

    var spinner: String {
        let frames = isUnicode ? ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"] : ["|", "/", "-", "\\"]
        return frames[frame % frames.count]
    }
    var check: String { isUnicode ? "✔" : "+" }
    var cross: String { isUnicode ? "✘" : "x" }
    var skip: String { isUnicode ? "∅" : "-" }
    var trunk: String { isUnicode ? "│" : "|" }
    var branch: String { isUnicode ? "├" : "|" }
    var lastBranch: String { isUnicode ? "└" : "`" }
}
