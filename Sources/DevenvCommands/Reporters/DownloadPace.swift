import DevenvDownload
import DevenvEngine

/// Which of many events of a download are shown where each is a line of its own.
struct DownloadPace: Sendable {
    private let pause: Duration
    private var shown: [StepID: ContinuousClock.Instant] = [:]

    init(every pause: Duration) { self.pause = pause }

    /// Whether an event is to be shown: of the progress the end, and what is between at this pace.
    mutating func isDue(_ event: DownloadEvent, of step: StepID) -> Bool {
        guard case .progress(let progress) = event else { return true }
        let now = ContinuousClock.now
        if progress.received == progress.total { return true }
        guard let last = shown[step] else {
            shown[step] = now
            return false
        }
        guard now - last >= pause else { return false }
        shown[step] = now
        return true
    }
}

extension StepAction {
    /// What a step gets.
    var subject: String { if case .get(let box) = self { box } else { description } }
}
