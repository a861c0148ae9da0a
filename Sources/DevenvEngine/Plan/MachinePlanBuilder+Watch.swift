import DevenvModel
import DevenvState

extension MachinePlanBuilder {
    /// Has the folders watched that are to be, where they are not watched so already.
    mutating func watch() {
        guard runsAfterwards, let reason = reasonForWatching else { return }
        add(.watch, because: [reason])
    }

    private var reasonForWatching: String? {
        let wanted = machine.spec.folders.filter(\.watch).map(LiveOrder.Folder.init)
        guard !wanted.isEmpty else { return watching == nil ? nil : "its folders are to be watched no longer" }
        guard let watching else { return "its folders are to be watched" }
        if watching.folders != wanted { return "other folders are to be watched" }
        if !watching.isRunning { return "what watches its folders has ended" }
        // the way into it may be another one
        return steps.contains { [.start, .resume].contains($0.id.action) } ? "was started" : nil
    }
}
