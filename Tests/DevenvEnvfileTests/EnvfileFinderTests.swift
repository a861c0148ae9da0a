import DevenvEnvfile
import DevenvTestSupport
import SystemPackage
import Testing

@Suite struct EnvfileFinderTests {
    @Test func theNearestFileAboveIsFound() async throws {
        try await TemporaryDirectory.with { directory in
            try directory.write("", to: "Envfile.yml")
            try directory.write("", to: "a/b/c/file")
            let finder = EnvfileFinder(environment: [:], workingDirectory: directory.path.pushing("a/b/c"))
            let found = try finder.find()
            #expect(found.path == directory.path.appending("Envfile.yml"))
            #expect(found.displayName == "../../../Envfile.yml")
            try directory.write("", to: "a/Envfile")
            #expect(try finder.find().path == directory.path.pushing("a/Envfile"))
        }
    }

    @Test func theNamesAreTriedInTheirOrder() async throws {
        try await TemporaryDirectory.with { directory in
            let finder = EnvfileFinder(environment: [:], workingDirectory: directory.path)
            for name in EnvfileFinder.names.reversed() {
                try directory.write("", to: name)
                #expect(try finder.find().displayName == name)
            }
        }
    }

    @Test func aDirectoryOfThatNameIsPassedOver() async throws {
        try await TemporaryDirectory.with { directory in
            try directory.write("", to: "Envfile.yaml")
            try directory.write("", to: "sub/Envfile/x")
            let finder = EnvfileFinder(environment: [:], workingDirectory: directory.path.appending("sub"))
            #expect(try finder.find().displayName == "../Envfile.yaml")
        }
    }

    @Test func optionsWinOverVariables() async throws {
        try await TemporaryDirectory.with { directory in
            try directory.write("", to: "one/Envfile")
            try directory.write("", to: "one/other")
            try directory.write("", to: "two/Envfile")
            func find(file: FilePath? = nil, in start: FilePath? = nil, _ environment: [String: String]) throws
                -> String
            {
                try EnvfileFinder(
                    file: file, directory: start, environment: environment, workingDirectory: directory.path
                ).find().displayName
            }
            #expect(try find(["DEVENV_CWD": "one"]) == "one/Envfile")
            #expect(try find(in: "two", ["DEVENV_CWD": "one"]) == "two/Envfile")
            #expect(try find(["DEVENV_FILE": "one/other"]) == "one/other")
            #expect(try find(file: "other", in: "one", ["DEVENV_FILE": "two/Envfile"]) == "one/other")
            #expect(try find(in: "two", ["DEVENV_FILE": ""]) == "two/Envfile")
        }
    }

    @Test func whatIsMissingIsNamed() async throws {
        try await TemporaryDirectory.with { directory in
            let start = directory.path
            #expect(throws: EnvfileError.notFound(from: start)) {
                try EnvfileFinder(environment: [:], workingDirectory: start).find()
            }
            #expect(throws: EnvfileError.missing(start.appending("x"), namedBy: "-f")) {
                try EnvfileFinder(file: "x", environment: [:], workingDirectory: start).find()
            }
            #expect(throws: EnvfileError.missing(start.appending("y"), namedBy: "DEVENV_FILE")) {
                try EnvfileFinder(environment: ["DEVENV_FILE": "y"], workingDirectory: start).find()
            }
            #expect(throws: EnvfileError.noDirectory(start.appending("z"), namedBy: "-C")) {
                try EnvfileFinder(directory: "z", environment: [:], workingDirectory: start).find()
            }
        }
    }
}
