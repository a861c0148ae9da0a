"""A synced folder of 10,000 files and 200 MB, beside rsync by hand to the same machine."""

import os
from itertools import count

from .devenv import BOX
from .measure import Program, interleave

FIRST = "sync, 10,000 files, first"
REPEATED = "sync, 10,000 files, no change"
PEER = "rsync over ssh"

_FILES, _DIRECTORIES, _BYTES = 10_000, 2_500, 20_000


def _envfile(target):
    sync = f"[\"data:{target}\"]" if target else "[]"
    return f"""\
version: 1
name: bench-sync
provider: container
machines:
  web:
    box: {BOX}
    sync: {sync}
"""


def measure(bench):
    if not bench.devenv:
        return
    project = bench.devenv.project("sync", _envfile(None))
    _fill(project / "data")
    bench.devenv.run(project, "up")
    config = bench.workspace.path / "ssh-config"
    config.write_text(bench.devenv.output(project, "ssh-config"))
    folder = _Folder(bench, project, config)
    rounds = max(3, bench.rounds // 2)
    interleave(rounds, [folder.sync_by_devenv, folder.sync_by_hand])
    interleave(bench.rounds, [folder.repeat_by_devenv, folder.repeat_by_hand])
    bench.devenv.run(project, "destroy", "-f")


def _fill(top):
    """Names as deep as those of a project are; contents that don't compress."""
    for directory in range(_DIRECTORIES):
        path = top / f"part{directory % 20}" / f"module{directory}"
        path.mkdir(parents=True)
        for file in range(_FILES // _DIRECTORIES):
            (path / f"file{file}").write_bytes(os.urandom(_BYTES))


class _Folder:
    """The folder, going to a new directory each time: refilling one that was emptied is another thing."""

    def __init__(self, bench, project, config):
        self.bench, self.project, self.config = bench, project, config
        self.serial = count()
        self.last = {}

    def sync_by_devenv(self):
        target = f"/home/dev/devenv-{next(self.serial)}"
        (self.project / "Envfile").write_text(_envfile(target))
        self.bench.times.add(FIRST, "devenv", self.bench.devenv.run(self.project, "sync"))

    def repeat_by_devenv(self):
        self.bench.times.add(REPEATED, "devenv", self.bench.devenv.run(self.project, "sync"))

    def sync_by_hand(self):
        self.last["hand"] = f"/home/dev/hand-{next(self.serial)}"
        self.bench.times.add(FIRST, PEER, self._rsync(self.last["hand"]).run())

    def repeat_by_hand(self):
        self.bench.times.add(REPEATED, PEER, self._rsync(self.last["hand"]).run())

    def _rsync(self, target):
        return Program(
            "rsync", "-a", "--delete", "-e", f"ssh -F {self.config}", f"{self.project}/data/", f"web:{target}/",
            log=self.bench.workspace.path / "rsync.log")


def tabulate(table):
    table.add(FIRST, PEER, at_most=1.2)
    table.add(REPEATED, PEER, at_most=1.2)
