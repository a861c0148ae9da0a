import DevenvDownload
import DevenvEngine

/// How far one step has come that runs.
struct StepProgress: Sendable {
    /// How many of its last lines are kept to be shown.
    static let kept = 3

    /// Which step it is.
    let step: Step
    /// When it began.
    let began: ContinuousClock.Instant
    /// The last that it said.
    private(set) var lines: [String] = []
    /// What it gets, where that is known.
    private(set) var transfer: DownloadProgress?

    init(_ step: Step, at now: ContinuousClock.Instant) {
        self.step = step
        began = now
    }

    /// Takes the last lines; where there are none, those before stay.
    mutating func show(_ lines: [String]) {
        guard !lines.isEmpty else { return }
        self.lines = lines.suffix(Self.kept)
        transfer = nil
    }

    /// Takes how much of something has come.
    mutating func show(_ progress: DownloadProgress) { transfer = progress }
}
