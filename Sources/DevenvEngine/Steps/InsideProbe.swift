import DevenvHost

/// Commands that try a port of a machine from inside it, with no more than what small systems have; pure.
enum InsideProbe {
    /// A command that succeeds where something accepts connections on the port from outside; otherwise it says what is wrong.
    static func listening(on port: UInt16) -> String {
        let digits = String(port, radix: 16, uppercase: true)
        return command(listeningScript, "\(port)", String(repeating: "0", count: 4 - digits.count) + digits)
    }

    /// A command that prints the status which a web server answers with; otherwise it says what is wrong.
    static func status(of url: String) -> String { command(statusScript, url) }

    /// For `sh` itself, as the login shell may be any.
    private static func command(_ script: String, _ arguments: String...) -> String {
        (["exec", "/bin/sh", "-c", script, "sh"] + arguments).map(ShellWord.quote).joined(separator: " ")
    }

    /// /proc/net/tcp (proc(5)): address and port in hexadecimal digits, 0A for a socket that listens. One that listens on
    /// 127.0.0.0/8 (its first byte comes last) or ::1 is for the machine itself only.
    private static let listeningScript = #"""
        inner=
        for file in /proc/net/tcp /proc/net/tcp6; do
            [ -r "$file" ] || continue
            while read -r number local remote state rest; do
                case $state:$local in
                    0A:??????7F:"$2" | 0A:00000000000000000000000001000000:"$2") inner=1 ;;
                    0A:*:"$2") exit 0 ;;
                esac
            done <"$file"
        done
        [ -z "$inner" ] || echo "port $1 is open to the machine itself only, on 127.0.0.1" >&2
        [ -n "$inner" ] || echo "nobody listens on port $1" >&2
        exit 1
        """#

    /// bash can open connections by itself; it is there where a small Debian has neither curl nor wget.
    private static let statusScript = #"""
        if command -v curl >/dev/null 2>&1; then
            exec curl -sS -o /dev/null -m 5 --noproxy '*' -w '%{http_code}\n' "$1"
        elif command -v wget >/dev/null 2>&1; then
            answer=$(http_proxy= https_proxy= wget -S -O /dev/null -T 5 "$1" 2>&1)
            status=$(printf '%s\n' "$answer" | sed -n 's/^ *HTTP\/[0-9.]* \([0-9]*\).*/\1/p' | head -n 1)
            [ -n "$status" ] && echo "$status" && exit 0
            printf '%s\n' "$answer" | tail -n 1 >&2
            exit 1
        elif command -v bash >/dev/null 2>&1 && [ "${1#http://}" != "$1" ]; then
            place=${1#http://}
            host=${place%%/*}
            path=${place#"$host"}
            port=${host##*:}
            [ "$port" != "$host" ] || port=80
            exec bash -c 'exec 3<>"/dev/tcp/$0/$1" || exit 1
                printf "GET %s HTTP/1.0\r\nHost: %s\r\n\r\n" "$2" "$3" >&3
                read -r -t 5 -u 3 version status rest && echo "$status"' "${host%:*}" "$port" "${path:-/}" "$host"
        fi
        echo "the machine has neither curl nor wget nor bash to try it with" >&2
        exit 127
        """#
}
