import DevenvModel

/// The last words of a command that ran in several machines.
enum RemoteSummary {
    /// Says which machines gave which status, those of one status on one line, then how many failed.
    static func say(_ outcomes: [RemoteRun.Outcome], _ console: Console, isQuiet: Bool) {
        let failed = outcomes.filter { !$0.isSuccess }
        let error = console.messages.style.paint("error", .bad)
        var said: Set<String> = []
        for account in failed.map(\.account) where said.insert(account).inserted {
            let names = failed.filter { $0.account == account }.map(\.name.rawValue)
            console.say("\(error): \(names.joined(separator: ", ")): \(SafeText.singleLine(account))\n")
        }
        guard !isQuiet else { return }
        let all = Phrase.count(outcomes.count, "machine")
        console.say(failed.isEmpty ? "Succeeded on \(all).\n" : "Failed on \(failed.count) of \(all).\n")
    }
}
