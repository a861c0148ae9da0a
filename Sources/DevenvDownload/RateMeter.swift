/// Tells how fast bytes come, over the last few seconds.
package struct RateMeter: Sendable {
    private static let window = Duration.seconds(5)
    private var samples: [(time: ContinuousClock.Instant, bytes: Int64)]

    /// Begins with what is there already.
    package init(at time: ContinuousClock.Instant, bytes: Int64) { samples = [(time, bytes)] }

    /// Takes in how many bytes there are now.
    package mutating func add(_ bytes: Int64, at time: ContinuousClock.Instant) {
        samples.append((time, bytes))
        while samples.count > 2, samples[1].time < time - Self.window { samples.removeFirst() }
    }

    /// How far it has come, and when it will have come to the end.
    package func progress(total: Int64?) -> DownloadProgress {
        guard let first = samples.first, let last = samples.last else {
            return DownloadProgress(received: 0, total: total, rate: 0, remaining: nil)
        }
        let time = (last.time - first.time) / .seconds(1)
        let rate = time > 0 ? Double(last.bytes - first.bytes) / time : 0
        let left = total.map { max(0, $0 - last.bytes) }
        // an estimate of years is none
        let seconds = left.flatMap { rate >= 1 ? Double($0) / rate : nil }.flatMap { $0 < 360_000 ? $0 : nil }
        return DownloadProgress(
            received: last.bytes, total: total, rate: Int64(rate),
            remaining: seconds.map { .seconds(Int64($0.rounded(.up))) })
    }
}
