import DevenvHost
import DevenvTestSupport
import SystemPackage
import Testing

@testable import DevenvBoxes

@Suite struct BuildToolsTests {
    @Test func aBuildNamesTheReleaseThePackagesAndThePlaces() {
        let call = BuildTools.bootstrap(
            BoxRecipe(suite: "bookworm", packages: ["nginx", "sudo"]),
            places(settings: "/s/apt.conf", sources: "/etc/apt/sources.list", packages: nil), .root)
        #expect(call.tool == "mmdebstrap")
        #expect(
            call.arguments == [
                "--mode=root", "--variant=minbase", "--format=tar",
                "--include=\(BoxRecipe.base.joined(separator: ",")),nginx", "--dpkgopt=path-exclude=/usr/share/man/*",
                "--dpkgopt=path-exclude=/usr/share/doc/*", "--dpkgopt=path-exclude=/usr/share/locale/*",
                "--aptopt=/s/apt.conf", "--customize-hook=/s/begin", "--customize-hook=/s/end", "--", "bookworm",
                "/s/tree.tar",
                "/etc/apt/sources.list",
            ])
        #expect(call.environment == ["SOURCE_DATE_EPOCH": "1700000000", "TMPDIR": "/s/scratch"])
        #expect(call.output == .file("/s/log"))
    }

    @Test func packagesOfEarlierBuildsComeInBeforeAndGoOutAfter() {
        let call = BuildTools.bootstrap(
            BoxRecipe(suite: "bookworm"), places(settings: nil, sources: nil, packages: "/a cache"), .root)
        #expect(call.arguments.contains("--setup-hook=sync-in '/a cache' /var/cache/apt/archives"))
        #expect(call.arguments.contains("--customize-hook=sync-out /var/cache/apt/archives '/a cache'"))
        #expect(call.arguments.suffix(3) == ["--", "bookworm", "/s/tree.tar"])
    }

    @Test func whatABuildMountsAsRootIsItsOwn() {
        let call = ToolInvocation("mmdebstrap", ["a"], output: .file("/log"))
        let apart = BuildTools.apart(call, .root)
        #expect([apart.tool] + apart.arguments == ["unshare", "--mount", "--", "mmdebstrap", "a"])
        #expect(apart.output == call.output)
        #expect(BuildTools.apart(call, .subordinate) == call)
    }

    @Test func unpackingKeepsFileCapabilities() {
        let arguments = BoxTools.unpack("/a.tar", into: "/t").arguments
        for argument in ["--xattrs", "--xattrs-include=*", "--numeric-owner", "--preserve-permissions"] {
            #expect(arguments.contains(argument))
        }
    }

    @Test func onlySettingsThatReachTheSourcesAreTakenFromTheHost() {
        let dump = """
            Acquire "";
            Acquire::http "";
            Acquire::http::Proxy "http://proxy:3142";
            Acquire::https::Proxy "";
            Acquire::Languages "environment";
            Acquire::Check-Valid-Until "false";
            Acquire::IndexTargets::deb::Packages::MetaKey "$(COMPONENT)/Packages";
            """
        #expect(
            HostDistribution.settings(dump: dump) == """
                Acquire::http::Proxy "http://proxy:3142";
                Acquire::Check-Valid-Until "false";

                """)
    }

    @Test func theHostsSourcesAreTakenWhereTheyOfferTheRelease() async throws {
        try await TemporaryDirectory.with { directory in
            let host = HostDistribution(root: directory.path)
            #expect(try host.suite() == nil)
            #expect(try host.sources(for: "bookworm") == nil)
            try directory.write("ID=debian\nVERSION_CODENAME=\"bookworm\"\n", to: "etc/os-release")
            let list = try directory.write("# deb x trixie main\ndeb x bookworm main\n", to: "etc/apt/sources.list")
            #expect(try host.suite() == "bookworm")
            #expect(try host.sources(for: "bookworm") == list)
            #expect(try host.sources(for: "trixie") == nil)
            let stanza = try directory.write(
                "Suites: bookworm bookworm-updates\n", to: "etc/apt/sources.list.d/debian.sources")
            #expect(try host.sources(for: "bookworm") == stanza)
            try directory.write("deb cdrom:[Debian] trixie main\n", to: "etc/apt/sources.list")
            #expect(try host.sources(for: "trixie") == nil)
        }
    }

    private func places(preparation: FilePath? = nil, settings: FilePath?, sources: FilePath?, packages: FilePath?)
        -> BuildTools.Places
    {
        BuildTools.Places(
            archive: "/s/tree.tar", scratch: "/s/scratch", log: "/s/log", attendant: "/s/attend",
            preparation: preparation, customizations: ["/s/begin", "/s/end"], settings: settings, sources: sources,
            packages: packages)
    }
}
