import DevenvBoxes
import DevenvModel
import DevenvPluginAPI

/// What was cleaned away, as an answer.
enum CleaningAnswer {
    /// Says what `box gc` or `box prune` did, or would do.
    static func print(
        _ cleaning: BoxStore.Cleaning, isRehearsal: Bool, _ output: OutputOptions, _ context: CommandContext
    ) throws {
        if output.json {
            context.console.answer(try JSONText.line(DoneLine(CleaningObject(cleaning, isRehearsal: isRehearsal))))
        } else if !output.quiet {
            context.console.answer(text(cleaning, isRehearsal))
        }
    }

    private static func text(_ cleaning: BoxStore.Cleaning, _ isRehearsal: Bool) -> String {
        let verb = isRehearsal ? "Would remove" : "Removed"
        var text = ""
        for box in cleaning.boxes {
            let details = [box.format.noun, box.architecture].compactMap { $0 }.joined(separator: ", ")
            text += "\(verb) \(box.name) \(box.version ?? "without a version") (\(details)).\n"
        }
        let images = cleaning.images.count - cleaning.boxes.count { cleaning.images.contains($0.digest) }
        if images > 0 { text += "\(verb) \(Phrase.count(images, "image")) that nothing needs.\n" }
        if cleaning.abandoned > 0 { text += "\(verb) \(Phrase.count(cleaning.abandoned, "half-made image")).\n" }
        return text + (isRehearsal ? "Would free \(cleaning.freed).\n" : "Freed \(cleaning.freed).\n")
    }
}

/// What `box gc --json` and `box prune --json` say.
private struct CleaningObject: Encodable {
    let dryRun: Bool
    let freedBytes: Int64
    let images: [String]
    let abandoned: Int
    let boxes: [BoxObject]

    init(_ cleaning: BoxStore.Cleaning, isRehearsal: Bool) {
        dryRun = isRehearsal
        freedBytes = cleaning.freed.bytes
        images = cleaning.images
        abandoned = cleaning.abandoned
        boxes = cleaning.boxes.map { BoxObject($0, users: []) }
    }
}
