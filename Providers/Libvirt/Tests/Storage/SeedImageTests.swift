import DevenvHost
import DevenvTestSupport
import LibvirtProvider
import SystemPackage
import Testing

struct SeedImageTests {
    @Test func theImageIsMadeTheSameWayEachTime() {
        let files = [SeedFile("devenv/hostname", "web"), SeedFile("user-data", "{}")]
        let call = SeedImage.call(files, in: "/scratch/files", to: "/scratch/seed.iso")
        #expect(
            call.arguments == [
                "-quiet", "-volid", "cidata", "-joliet", "-rock", "-uid", "0", "-gid", "0", "-no-pad",
                "--sort-weight", "2", "/devenv/hostname", "--sort-weight", "1", "/user-data",
                "-output", "/scratch/seed.iso", "/scratch/files",
            ])
        #expect(call.environment == ["SOURCE_DATE_EPOCH": "0"])
    }
}
