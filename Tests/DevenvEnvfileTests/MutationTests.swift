import DevenvDiagnostics
import DevenvEnvfile
import DevenvModel
import DevenvTestSupport
import SystemPackage
import Testing

@Suite struct MutationTests {
    private static let seed = """
        version: 1
        name: shop
        provider: [container, libvirt]
        vars: {domain: shop.test}
        secrets: {db: {env: DB}}
        networks: {backend: {subnet: 10.60.0.0/24}}
        defaults: &d {box: debian/12@~> 12.0, memory: 512MiB, groups: [a]}
        machines:
          db:
            <<: *d
            cpus: 2
            networks: [{name: backend, ip: 10.60.0.10, mac: "02:00:00:00:00:01"}]
            provision: [{name: x, shell: {path: p, env: {A: secret:db}}, depends: y}, {name: y, file: {source: a}}]
            ready: [{tcp: 5432}, {http: /, status: 200, timeout: 5s}]
          web:
            count: 2
            depends_on: {db: ready}
            forward: ["808${machine.index}:80"]
            sync: [.:/srv/app, {source: bin, target: /b, exclude: [x]}]
            ssh: {user: dev, port: 22}
            message: ${machine.ip} ${env.HOME:-none}
        """

    @Test func theSeedIsValid() {
        #expect(load(Self.seed).problems == [])
    }

    /// Whatever a text holds, it gives a graph or an error, never both or neither, and never a crash.
    @Test func mutatedTextsGiveAGraphOrAnError() {
        var random = SeededGenerator(seed: 4)
        let words = Self.seed.split(whereSeparator: { " \n{}[],".contains($0) }).map(String.init)
        for round in 0..<1_500 {
            var text = Self.seed
            for _ in 0..<Int.random(in: 1...4, using: &random) { mutate(&text, words, &random) }
            let result = EnvfileLoader.load(SourceText(name: "Envfile", text), directory: "/usr")
            #expect((result.graph == nil) == result.diagnostics.hasErrors, "round \(round):\n\(text)")
            #expect(!DiagnosticRenderer().render(result.diagnostics).contains("\u{1B}"))
        }
    }

    private func mutate(_ text: inout String, _ words: [String], _ random: inout SeededGenerator) {
        let word = words.randomElement(using: &random) ?? ""
        let other =
            (words + ["", "null", "-1", "[]", "{}", "${machine.ip}", "*d", "\u{7}"]).randomElement(using: &random) ?? ""
        if Bool.random(using: &random), let range = text.firstRange(of: word) {
            text.replaceSubrange(range, with: other)
        } else {
            var bytes = Array(text.utf8)
            bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: 9...126, using: &random)
            text = String(decoding: bytes, as: UTF8.self)
        }
    }
}
