extension QCOW2Header.Refusal {
    /// The refusal, for people.
    func boxError(_ attempt: String) -> BoxError {
        BoxError(.invalid, "\(attempt): \(reason)", help: help)
    }

    private var reason: String {
        switch self {
        case .noImage: "it is no qcow2 image"
        case .truncated: "it ends within the header of a qcow2 image"
        case .backingFile(let name): "it is only what was changed upon another image, '\(name)'"
        case .dataFile: "it keeps its content in another file"
        case .encrypted: "it is encrypted"
        case .unclean: "whatever wrote it did not close it"
        case .corrupt: "it is marked as corrupt"
        case .unknown(let what): "it is a qcow2 image with \(what), which this devenv does not know"
        }
    }

    private var help: String? {
        switch self {
        case .backingFile, .dataFile, .encrypted:
            "write an image that stands for itself with 'qemu-img convert -O qcow2 IMAGE NEW.qcow2', and add that one"
        case .unclean, .corrupt: "mend it with 'qemu-img check -r all IMAGE', or get it again"
        case .truncated: "get it again, and completely"
        case .noImage, .unknown: nil
        }
    }
}
