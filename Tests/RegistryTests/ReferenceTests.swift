import DevenvCrypto
import DevenvHost
import DevenvTestSupport
import SystemPackage
import Testing

@testable import DevenvBoxes
@testable import DevenvRegistry

/// What people write, and what skopeo gets.
struct ReferenceTests {
    @Test(arguments: [
        ("oci:registry.test/team/web:1", "docker://registry.test/team/web:1"),
        ("docker://debian:12", "docker://debian:12"),
        ("oci://127.0.0.1:5000/a@sha256:00", "docker://127.0.0.1:5000/a@sha256:00"),
        ("oci:", nil), ("oci:-x/y", nil), ("oci:a b", nil), ("./nowhere", nil), ("oci:a\nb", nil),
    ])
    func referencesAreRead(text: String, argument: String?) {
        #expect(ImageReference(text, base: "/nowhere")?.argument == argument)
    }

    @Test func aLayoutIsKnownByItsFile() async throws {
        try await TemporaryDirectory.with { directory in
            try directory.write("{}", to: "image/oci-layout")
            let path = directory.path.appending("image")
            for text in ["image", "./image", "oci:./image", path.string] {
                #expect(ImageReference(text, base: directory.path) == .layout(path, tag: nil), "\(text)")
            }
            #expect(ImageReference("oci:./image:v1", base: directory.path) == .layout(path, tag: "v1"))
            #expect(ImageReference(directory.path.string, base: "/") == nil)
        }
    }

    @Test(arguments: [
        ("127.0.0.1:5000/a:1", true), ("localhost/a", true), ("[::1]:5000/a", true), ("127.0.0.1.evil.test/a", false),
        ("registry.test/a", false), ("localhost", false), ("localhost.evil.test:5000/a", false),
    ])
    func onlyThisHostIsSpokenToWithoutACertificate(name: String, isLoopback: Bool) {
        let call = SkopeoCall(isInsecure: false).manifest(of: .registry(name))
        #expect(call.arguments.contains("--tls-verify=false") == isLoopback)
        #expect(SkopeoCall(isInsecure: true).manifest(of: .registry(name)).arguments.contains("--tls-verify=false"))
    }

    @Test func anImageIsFetchedByItsDigest() throws {
        let digest = try #require(ImageDigest(parsing: "sha256:" + String(repeating: "0", count: 64)))
        #expect(ImageReference.registry("r.test:50/a/b:1").pinned(to: digest) == .registry("r.test:50/a/b@\(digest)"))
        #expect(ImageReference.registry("r.test:50/a").pinned(to: digest) == .registry("r.test:50/a@\(digest)"))
    }

    @Test func theCallsAreThese() {
        let calls = SkopeoCall(isInsecure: false)
        #expect(
            calls.fetch(.registry("r.test/a:1"), to: "/s/layout", blobs: "/s/blobs", isExact: true).description
                == "skopeo copy --quiet --retry-times 3 --preserve-digests --dest-shared-blob-dir /s/blobs docker://r.test/a:1 "
                + "oci:/s/layout:box")
        #expect(
            calls.send("/s/layout", to: .registry("127.0.0.1:1/a:1")).description
                == "skopeo copy --quiet --retry-times 3 --preserve-digests --dest-tls-verify=false oci:/s/layout:box "
                + "docker://127.0.0.1:1/a:1")
        #expect(
            calls.configuration(of: .registry("r.test/a")).arguments == [
                "inspect", "--config", "--raw", "docker://r.test/a",
            ])
    }
}
