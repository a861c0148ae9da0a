package import DevenvDownload

/// How much of something has come, as a bar with words behind it.
package struct ProgressBar: Sendable {
    private static let widths = 10...40
    private let isUnicode: Bool

    /// Chooses the characters.
    package init(isUnicode: Bool) { self.isUnicode = isUnicode }

    /// `━━━━━━────── 37 %  120 MiB of 320 MiB, 12 MiB/s, 17 s left` in at most so many columns: first the bar goes, then the end of
    /// the words. Without a known size there is no bar.
    package func text(_ progress: DownloadProgress, columns: Int) -> String {
        let words = DownloadText.progress(progress)
        guard let total = progress.total, total > 0 else { return DisplayWidth.truncate(words, to: columns) }
        let share = min(1, max(0, Double(progress.received) / Double(total)))
        let percent = DisplayWidth.padLeft("\(Int(share * 100))", to: 3) + " %  "
        let room = columns - DisplayWidth.of(percent + words) - 1
        guard room >= Self.widths.lowerBound else { return DisplayWidth.truncate(percent + words, to: columns) }
        return bar(share, min(room, Self.widths.upperBound)) + " " + percent + words
    }

    private func bar(_ share: Double, _ columns: Int) -> String {
        let full = Int(share * Double(columns))
        let (done, open) = isUnicode ? ("━", "─") : ("#", ".")
        return String(repeating: done, count: full) + String(repeating: open, count: columns - full)
    }
}
