import DevenvDiagnostics
import DevenvHost
import DevenvPluginAPI

/// What is done with an engine for containers in the machine, as the text of a script. Podman takes what Docker takes.
struct EngineScript {
    /// The engine's command.
    let engine: String
    /// What it is to have and to run.
    let options: EngineOptions
    /// The item's name, which its containers are labelled with.
    let item: String
    /// The digests of the directories that images are built from.
    let trees: [String: String]
    /// Lines that see to it that the engine answers.
    let start: String

    /// The script. Images come first; then containers that are no longer named go, and those that are not as they should be are made
    /// anew.
    func text(_ context: ProvisionerContext) throws(ProvisionerError) -> String {
        let names = options.containers.map(\.name.value)
        var lines = ["engine=\(engine)", "item=\(ShellWord.quote(item))", start, Self.functions]
        lines += options.built.map { image, directory in
            "devenv_build " + Self.words([image, trees[directory.value] ?? "", "./\(directory.value)"])
        }
        let images = options.pulled + options.containers.compactMap(\.image?.value)
        let own = Set(options.built.map(\.image))
        lines += images.filter { !own.contains($0) }.map { "devenv_pull \(Self.words([$0]))" }
        lines.append("devenv_keep \(Self.words(names))")
        for container in options.containers {
            let run =
                "devenv_run " + Self.words([container.name.value, container.digest, container.image?.value ?? ""])
            var exports = ""
            for (name, value) in container.secrets {
                exports += "export \(name)=\(ShellWord.quote(try OptionValue.text(value, context)))\n"
            }
            lines.append("(\n\(exports)\(run) \(Self.words(container.words))\n) || exit")
        }
        return lines.joined(separator: "\n")
    }

    private static func words(_ words: [String]) -> String { words.map(ShellWord.quote).joined(separator: " ") }

    /// A container is known by labels: which item it belongs to, and what it was made of. One without them is somebody else's.
    /// Images have another label, as containers inherit theirs. Who is to go is asked to stop first.
    private static let functions = #"""
        devenv_tree='{{if .Config.Labels}}{{index .Config.Labels "devenv.tree"}}{{end}}'
        devenv_label='{{if .Config.Labels}}{{index .Config.Labels "devenv.digest"}}{{end}}'
        devenv_remove() {
            "$engine" stop "$1" >/dev/null
            "$engine" rm --force "$1" >/dev/null || exit
        }
        devenv_pull() {
            "$engine" image inspect "$1" >/dev/null 2>&1 || "$engine" pull "$1" || exit
        }
        devenv_build() {
            if [ "$("$engine" image inspect --format "$devenv_tree" "$1" 2>/dev/null)" = "$2" ]; then
                echo "image $1: unchanged"
            else
                "$engine" build --tag "$1" --label "devenv.tree=$2" "$3" || exit
            fi
        }
        devenv_keep() {
            for devenv_name in $("$engine" ps --all --filter "label=devenv.item=$item" --format '{{.Names}}'); do
                for devenv_wanted in "$@"; do [ "$devenv_wanted" != "$devenv_name" ] || continue 2; done
                devenv_remove "$devenv_name"
                echo "container $devenv_name: removed"
            done
        }
        devenv_run() {
            devenv_name=$1
            devenv_image=$("$engine" image inspect --format '{{.Id}}' "$3") || exit
            devenv_digest=$2-$devenv_image
            shift 3
            devenv_have=$("$engine" container inspect --format "$devenv_label" "$devenv_name" 2>/dev/null) || devenv_have=none
            case $devenv_have in
            "$devenv_digest")
                devenv_runs=$("$engine" container inspect --format '{{.State.Running}}' "$devenv_name")
                [ "$devenv_runs" != true ] || { echo "container $devenv_name: unchanged"; return; }
                "$engine" start "$devenv_name" >/dev/null || exit
                echo "container $devenv_name: started"
                return
                ;;
            none) echo "container $devenv_name: made" ;;
            '' | '<no value>')
                echo "devenv: the container '$devenv_name' was made by somebody else, and is left alone" >&2
                exit 1
                ;;
            *)
                devenv_remove "$devenv_name"
                echo "container $devenv_name: made anew"
                ;;
            esac
            "$engine" run --detach --name "$devenv_name" --label "devenv.item=$item" \
                --label "devenv.digest=$devenv_digest" "$@" >/dev/null || exit
        }
        """#
}
