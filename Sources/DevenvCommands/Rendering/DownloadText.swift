package import DevenvDownload
import DevenvModel

/// What happens to a download, as people read it.
package enum DownloadText {
    /// `120 MiB of 320 MiB, 12 MiB/s, 17 s left`.
    package static func progress(_ progress: DownloadProgress) -> String {
        var parts = [amount(progress)]
        if progress.rate > 0 { parts.append("\(size(progress.rate))/s") }
        if let remaining = progress.remaining, remaining > .zero { parts.append("\(time(remaining)) left") }
        return parts.joined(separator: ", ")
    }

    /// The line for an event other than progress; nil for one that is not worth any.
    package static func line(_ event: DownloadEvent) -> String? {
        switch event {
        case .waiting(let process):
            "waiting for \(process.map { "process \($0)" } ?? "another process"), which downloads the same file"
        case .started(let offset, let total) where offset > 0:
            "going on at \(size(offset))" + (total.map { " of \(size($0))" } ?? "")
        case .started(_, let total): total.map { "downloading \(size($0))" } ?? "downloading"
        case .progress: nil
        case .retrying(let reason, let pause): "\(reason); trying again in \(pause.brief)"
        case .startingOver(let reason): "beginning anew: \(reason)"
        }
    }

    private static func amount(_ progress: DownloadProgress) -> String {
        guard let total = progress.total else { return size(progress.received) }
        return "\(size(progress.received)) of \(size(total))"
    }

    /// With three digits at most, so that the line does not jitter.
    static func size(_ bytes: Int64) -> String {
        let units = ["bytes", "KiB", "MiB", "GiB", "TiB"]
        var value = bytes
        var unit = 0
        var tenths: Int64 = 0
        while value >= 1_000, unit < units.count - 1 {
            tenths = value % 1_024 * 10 / 1_024
            value /= 1_024
            unit += 1
        }
        return value < 10 && unit > 0 ? "\(value).\(tenths) \(units[unit])" : "\(value) \(units[unit])"
    }

    private static func time(_ duration: Duration) -> String {
        let seconds = duration.components.seconds
        if seconds < 60 { return "\(seconds) s" }
        if seconds < 3_600 { return "\(seconds / 60) min" }
        return "\(seconds / 3_600) h \(seconds % 3_600 / 60) min"
    }
}
