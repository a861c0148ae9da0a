"""5,000 small files put into a machine by a `file` item, beside tar over ssh by hand."""

from itertools import count

from .devenv import BOX
from .measure import Program, interleave

FIRST = "file, 5,000 small files, first"
REPEATED = "file, 5,000 small files, no change"
PEER = "tar over ssh"

_DIRECTORIES, _FILES = 100, 50


def _envfile(target):
    return f"""\
version: 1
name: bench-files
provider: container
machines:
  web:
    box: {BOX}
    provision: [file: {{ source: tree/, target: {target} }}]
"""


def measure(bench):
    if not bench.devenv:
        return
    project = bench.devenv.project("files", _envfile("/home/dev/none"))
    _fill(project / "tree")
    bench.devenv.run(project, "up", "--no-provision")
    config = bench.workspace.path / "files-config"
    config.write_text(bench.devenv.output(project, "ssh-config"))
    tree = _Tree(bench, project, config)
    interleave(bench.rounds, [tree.send_by_devenv, tree.send_by_hand])
    interleave(bench.rounds, [tree.repeat_by_devenv, tree.repeat_by_hand])
    bench.devenv.run(project, "destroy", "-f")


def _fill(top):
    for directory in range(_DIRECTORIES):
        path = top / f"part{directory}"
        path.mkdir(parents=True)
        for file in range(_FILES):
            (path / f"file{file}").write_text(f"{directory} {file}\n" * 20)


class _Tree:
    """The tree, going to a new directory each time, and then to the last one again."""

    def __init__(self, bench, project, config):
        self.bench, self.project, self.config = bench, project, config
        self.serial = count()
        self.last = None

    def send_by_devenv(self):
        (self.project / "Envfile").write_text(_envfile(f"/home/dev/devenv-{next(self.serial)}"))
        self.bench.times.add(FIRST, "devenv", self.bench.devenv.run(self.project, "provision"))

    def repeat_by_devenv(self):
        self.bench.times.add(REPEATED, "devenv", self.bench.devenv.run(self.project, "provision"))

    def send_by_hand(self):
        self.last = f"/home/dev/hand-{next(self.serial)}"
        self.bench.times.add(FIRST, PEER, self._tar().run())

    def repeat_by_hand(self):
        self.bench.times.add(REPEATED, PEER, self._tar().run())

    def _tar(self):
        receive = f"mkdir -p {self.last} && tar -xpf - -C {self.last}"
        return Program(
            "/bin/sh", "-c", f"tar -C {self.project}/tree -cf - . | ssh -F {self.config} web '{receive}'",
            log=self.bench.workspace.path / "tar.log")


def tabulate(table):
    table.add(FIRST, PEER, at_most=1.3)
    table.add(REPEATED, PEER, at_most=1.3)
