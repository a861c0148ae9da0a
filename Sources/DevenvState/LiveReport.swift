/// What the process that watches a machine's folders says of itself.
package struct LiveReport: Hashable, Sendable, Codable {
    /// What is known of one folder.
    package struct Folder: Hashable, Sendable, Codable {
        /// What becomes of changes.
        package enum State: String, Hashable, Sendable, Codable {
            /// They wait until the machine answers, or until the folder is there.
            case waiting
            /// Everything is being compared.
            case comparing
            /// They are sent as they happen.
            case watching
            /// Nobody sends them: the process has ended.
            case stopped
        }

        /// The host's folder.
        package let source: String
        /// The machine's.
        package let target: String
        /// What becomes of changes.
        package var state = State.waiting
        /// Why they wait, or what could not be sent.
        package var problem: String?
        /// When something was last sent, in seconds since 1970; nil before the first time.
        package var lastTransfer: Int?
        /// Whatever had changed before that moment (since 1970, by the clock of the host's files) is in the machine; nil before the
        /// first time.
        package var sentUntil: Duration?
        /// How many files that changed, and how many bytes of content that were.
        package var files = 0
        package var bytes: Int64 = 0
        /// How long that took, in milliseconds.
        package var milliseconds = 0
        /// How often changes were sent by themselves.
        package var transfers = 0
        /// How often everything was compared.
        package var comparisons = 0

        /// Nothing has happened yet.
        package init(source: String, target: String) {
            self.source = source
            self.target = target
        }
    }

    /// The process.
    package let process: Int
    /// The folders, in the order of the Envfile.
    package var folders: [Folder]

    /// Makes a report.
    package init(process: Int, folders: [Folder]) {
        self.process = process
        self.folders = folders
    }
}
