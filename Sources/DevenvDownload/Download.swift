package import DevenvCrypto
package import SystemPackage

/// A file that is wanted from a web server.
package struct Download: Hashable, Sendable {
    /// Where it is.
    package let address: WebAddress
    /// What its bytes must be; nil where nothing is known.
    package let checksum: Checksum?
    /// How many bytes it must have; nil where that is not known.
    package let size: Int64?
    /// What it is, for messages: `the box 'debian/12' 12.11`.
    package let subject: String

    /// Describes it.
    package init(_ address: WebAddress, checksum: Checksum? = nil, size: Int64? = nil, subject: String) {
        self.address = address
        self.checksum = checksum
        self.size = size
        self.subject = subject
    }

    var attempt: String { "downloading \(subject) from '\(address)'" }
}

/// A file that has been downloaded, whole and with the checksum that it must have. Lent: it goes when its borrower has ended.
package struct DownloadedFile: Hashable, Sendable {
    /// Where it is.
    package let path: FilePath
    /// Its length.
    package let size: Int64
    /// The digest that was computed while it came, with the function that was asked for, or SHA-256.
    package let checksum: Checksum
}

/// What happens while a file is downloaded, for whoever shows it.
package enum DownloadEvent: Hashable, Sendable {
    /// Another process downloads the same file; it is waited for.
    case waiting(processID: Int?)
    /// The transfer begins, or goes on behind the bytes that are there already.
    case started(resumedAt: Int64, total: Int64?)
    /// How far it has come; a few times a second at most.
    case progress(DownloadProgress)
    /// It broke off and will be tried again after a while.
    case retrying(reason: String, after: Duration)
    /// What was there of an earlier download can't be used, and it begins anew.
    case startingOver(reason: String)
}

/// How far a download has come.
package struct DownloadProgress: Hashable, Sendable {
    /// The bytes that are there.
    package let received: Int64
    /// The bytes that there will be; nil where the server does not say.
    package let total: Int64?
    /// Bytes a second, over the last few seconds.
    package let rate: Int64
    /// How long it will take at this rate; nil where that can't be told.
    package let remaining: Duration?

    /// Describes it.
    package init(received: Int64, total: Int64?, rate: Int64, remaining: Duration?) {
        self.received = received
        self.total = total
        self.rate = rate
        self.remaining = remaining
    }
}
