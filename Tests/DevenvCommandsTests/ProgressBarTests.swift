import DevenvCommands
import DevenvDownload
import Testing

@Suite struct ProgressBarTests {
    private static let half = DownloadProgress(
        received: 160 << 20, total: 320 << 20, rate: 12 << 20, remaining: .seconds(13))

    @Test(arguments: [
        (80, "━━━━━━━━━━━━━━━━─────────────────  50 %  160 MiB of 320 MiB, 12 MiB/s, 13 s left"),
        (60, "━━━━━━───────  50 %  160 MiB of 320 MiB, 12 MiB/s, 13 s left"),
        (50, " 50 %  160 MiB of 320 MiB, 12 MiB/s, 13 s left"), (20, " 50 %  160 MiB of 3…"), (1, "…"),
    ])
    func theBarTakesTheRoomThatThereIs(_ columns: Int, _ text: String) {
        let bar = ProgressBar(isUnicode: true).text(Self.half, columns: columns)
        #expect(bar == text)
        #expect(DisplayWidth.of(bar) <= columns)
    }

    @Test func withoutUnicodeItIsMadeOfASCII() {
        #expect(ProgressBar(isUnicode: false).text(Self.half, columns: 60).hasPrefix("######.......  50 %"))
    }

    @Test(arguments: [(-1, 0), (0, 0), (99, 99), (100, 100), (200, 100)] as [(Int64, Int)])
    func itIsNeverLessThanNothingNorMoreThanAll(_ received: Int64, _ percent: Int) {
        let progress = DownloadProgress(received: received, total: 100, rate: 0, remaining: nil)
        #expect(ProgressBar(isUnicode: true).text(progress, columns: 80).contains(" \(percent) %"))
    }

    @Test func whatHasNoKnownSizeHasNoBar() {
        let progress = DownloadProgress(received: 5 << 20, total: nil, rate: 1 << 20, remaining: nil)
        #expect(ProgressBar(isUnicode: true).text(progress, columns: 80) == "5.0 MiB, 1.0 MiB/s")
    }
}
