import DevenvTestSupport
import Testing

/// How a machine is asked whether it is ready.
@Suite(.tags(.large), .requiresRoot, .requires(tool: "runc", "mmdebstrap", "nft", "ip", "rsync", "ssh", "curl"))
struct ReadyKeyTests {
    private static func envfile(_ check: String) -> String {
        """
        version: 1
        machines:
          one:
            box: $BOX
            provision: [{ shell: { path: serve.sh } }]
            ready: [\(check)]
        """
    }

    static let first = envfile("{ http: \"/health?deep\", status: 204, timeout: 2m, interval: 20ms }")

    /// A web server that is not well before it is asked for the third time, and that notes what it is asked for.
    private static let files = [
        "serve.sh": #"""
        cat >/srv/serve.pl <<'END'
        use IO::Socket::INET;
        my $server = IO::Socket::INET->new(LocalPort => 80, Listen => 16, ReuseAddr => 1) or die $!;
        my $asked = 0;
        while (my $client = $server->accept) {
            my ($request, $line) = scalar <$client>;
            do { $line = <$client> } while (defined $line && $line =~ /\S/);
            open my $log, '>>', '/srv/asked';
            print $log $request;
            close $log;
            my $status = ++$asked < 3 ? '503 Later' : '204 Fine';
            print $client "HTTP/1.1 $status\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
            close $client;
        }
        END
        setsid perl /srv/serve.pl >/dev/null 2>&1 &
        """#
    ]

    @Test func aWebServerIsAskedUntilItAnswersWithTheStatus() async throws {
        try await AcceptanceProject.with(Self.first, files: Self.files) { project in
            try await project.expect("up")
            let asked = Array(repeating: "GET /health?deep HTTP/1.1\r\n", count: 3).joined()
            #expect(try await project.said("cat /srv/asked") == asked)
            // longer between two tries than all may take: there is one
            try project.write(
                Self.envfile("{ http: /health, status: 200, timeout: 10m, interval: 1h }"), to: "Envfile")
            try await project.expectUpFails(
                saying: "did not become ready within 10 min 0 s: http /health: status 204 instead of 200")
            #expect(try await project.said("cat /srv/asked") == asked + "GET /health HTTP/1.1\r\n")
        }
    }
}
