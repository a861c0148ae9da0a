import DevenvBoxes
import DevenvHost
import DevenvRegistry
import DevenvTestSupport
import Glibc
import SystemPackage
import Testing

/// Layers that want to get out of their directory.
@Suite(.requiresRoot, .requires(tool: "skopeo", "bsdtar", "zstd", "python3"))
struct HostileLayerTests {
    /// Lists of members: a name, `f`ile, `s`ymbolic link, `h`ard link, `d`irectory, `x` a file with an attribute; and a target.
    @Test(arguments: [
        ("[('../../evil','f','')]", true), ("[('a/../../evil','f','')]", true),
        ("[('OUTSIDE/evil','f','')]", false),
        ("[('a','s','OUTSIDE'),('a/evil','f','')]", true),
        ("[('a','s','../../../..'),('a/OUTSIDE/evil','f','')]", true),
        ("[('x','h','OUTSIDE/secret')]", true), ("[('a','s','OUTSIDE'),('x','h','a/secret')]", true),
        ("[('a','s','OUTSIDE/secret'),('a','f','')]", false),
        ("[('a','f',''),('a','s','OUTSIDE/secret'),('a','f','')]", false),
        ("[('etc/.wh...','f','')]", true), ("[('etc/.wh..','f','')]", true), ("[('etc/.wh.','f','')]", true),
        ("[('etc/.wh.a','d',''),('etc/.wh.a/.wh.b','f','')]", true), ("[('etc','x','trusted.overlay.redirect')]", true),
        ("[('etc/new\\nline','f','')]", false),
    ])
    func nothingOutsideIsTouched(members: String, isRefused: Bool) async throws {
        try await RegistryRig.with { rig in
            let outside = rig.directory.path.appending("outside")
            try rig.directory.write("secret", to: "outside/secret")
            let archive = rig.directory.path.appending("hostile.tar")
            let list = members.replacing("OUTSIDE", with: outside.string)
            try await rig.run("python3", ["-c", Self.writer, archive.string, list])
            let layout = try await rig.layout("image", [try await rig.base(), archive])
            let result = await Result { try await rig.add(layout.string) }
            switch result {
            case .success: #expect(!isRefused)
            case .failure(let error):
                #expect(isRefused, "\(error)")
                #expect((error as? BoxError)?.code == .invalid, "\(error)")
                #expect(try rig.list("images").isEmpty)
                #expect(try rig.list("layers").isEmpty)
            }
            #expect(try HostFiles.list(outside) == ["secret"])
            #expect(try rig.directory.read("outside/secret") == "secret")
            var status = stat()
            #expect(stat(outside.appending("secret").string, &status) == 0 && status.st_nlink == 1)
            #expect(try rig.list("staging").isEmpty)
            #expect(!HostFiles.exists(rig.directory.path.appending("evil")))
        }
    }

    private static let writer = """
        import tarfile, io, sys, ast
        out = tarfile.open(sys.argv[1], 'w', format=tarfile.PAX_FORMAT)
        kinds = {'f': tarfile.REGTYPE, 's': tarfile.SYMTYPE, 'h': tarfile.LNKTYPE, 'd': tarfile.DIRTYPE, 'x': tarfile.DIRTYPE}
        for name, kind, target in ast.literal_eval(sys.argv[2]):
            member = tarfile.TarInfo(name)
            member.type = kinds[kind]
            member.mode = 0o755
            if kind == 'x': member.pax_headers = {'SCHILY.xattr.' + target: '/etc'}
            else: member.linkname = target
            member.size = 4 if kind == 'f' else 0
            out.addfile(member, io.BytesIO(b'evil') if kind == 'f' else None)
        out.close()
        """
}

extension Result where Failure == any Error {
    fileprivate init(_ body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}
