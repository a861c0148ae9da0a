import DevenvDownload
import DevenvEngine
import DevenvModel
import DevenvPluginAPI

/// Carries files and shows how far they have come: what `upload` and `download` have in common.
struct CarryRun {
    let context: CommandContext
    let location: LocationOptions
    let output: OutputOptions

    /// Carries a load to or from the machine that a path names, and says what came of it; `subject` is what is shown meanwhile.
    func carry(_ load: FileLoad, _ place: MachinePath, _ subject: String, done: String) async throws -> ExitStatus {
        let (session, _, machine) = try await ProjectSession.openForOne(context, location, output, target: place.target)
        let display = DownloadDisplay(subject, output, context, event: "transfer")
        let began = ContinuousClock.now
        let result: Result<SyncSummary, EngineError>
        do throws(EngineError) {
            result = .success(
                try await session.engine.carry(load, machine) {
                    display.handle(.progress(Self.progress($0, ContinuousClock.now - began)))
                })
        } catch { result = .failure(error) }
        display.end()
        let summary = try result.get()
        if output.json { context.console.answer(try JSONText.line(DoneLine(CarryResult(machine, summary)))) }
        if !output.json, !output.quiet {
            let size = DownloadText.size(summary.sentBytes)
            context.console.say("\(done) \(Phrase.count(summary.changedFiles, "file")), \(size).\n")
        }
        return .done
    }

    private static func progress(_ progress: LoadProgress, _ time: Duration) -> DownloadProgress {
        let seconds = max(0.001, time.inSeconds)
        let rate = Int64(Double(progress.bytes) / seconds)
        let left = progress.total.map { max(0, $0 - progress.bytes) }
        return DownloadProgress(
            received: progress.bytes, total: progress.total, rate: rate,
            remaining: rate > 0 ? left.map { .seconds($0 / rate) } : nil)
    }
}

/// What the last line of `upload --json` and `download --json` has beside the keys of every result.
private struct CarryResult: Encodable {
    let machine: String
    let files: Int
    let bytes: Int64

    init(_ machine: MachineName, _ summary: SyncSummary) {
        self.machine = machine.rawValue
        files = summary.changedFiles
        bytes = summary.sentBytes
    }
}
