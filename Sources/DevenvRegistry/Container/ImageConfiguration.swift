import DevenvBoxes
import FoundationEssentials

/// What an image says of itself, as far as a machine from it needs to know (OCI image specification, "Image Configuration").
struct ImageConfiguration: Decodable {
    struct RootFileSystem: Decodable {
        let diffIDs: [ImageDigest]

        private enum CodingKeys: String, CodingKey { case diffIDs = "diff_ids" }
    }

    let architecture: String?
    let os: String?
    let rootfs: RootFileSystem

    /// Reads it; throws `.invalid` for what is none, or is not for Linux.
    init(reading bytes: [UInt8], _ attempt: String) throws(BoxError) {
        guard let read = try? JSONDecoder().decode(Self.self, from: Data(bytes)) else {
            throw BoxError(
                .invalid, "\(attempt): it is no image of a container, and no box",
                help: "look at it with 'skopeo inspect'")
        }
        guard read.os ?? "linux" == "linux" else {
            throw BoxError(
                .invalid, "\(attempt): it is for \(read.os ?? ""), and machines that are containers run Linux")
        }
        self = read
    }
}
