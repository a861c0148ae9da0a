"""Boxes of 1 GiB coming into the store, beside the same done by hand and beside `vagrant box add`: time and disk used."""

import os
import shutil
from itertools import count

from . import kernel
from .measure import Program, interleave

BOX, IMAGE = "box add, Vagrant box, 1 GiB", "box add, qcow2, 1 GiB"
AGAIN, USED = "box add, the same again", "box add, Vagrant box, disk used"
HAND, VAGRANT = "by hand", "vagrant"

_SIZE, _PIECE = 1 << 30, 1 << 20


def measure(bench):
    if not bench.devenv:
        return
    if not shutil.which("qemu-img"):
        bench.absent["boxes"] = "qemu-img is not installed"
        return
    directory = bench.workspace.directory("boxes")
    sources = _Sources(directory)
    boxes = _Boxes(bench, directory, sources)
    rounds = max(2, bench.rounds // 3)
    interleave(rounds, [boxes.image_by_devenv, boxes.image_by_hand])
    subjects = [boxes.box_by_devenv, boxes.box_by_hand]
    if shutil.which("vagrant"):
        interleave(bench.vagrant_rounds, subjects + [boxes.box_by_vagrant])
    else:
        bench.absent["vagrant box add"] = "Vagrant is not installed"
    interleave(rounds, subjects)
    interleave(bench.rounds, [boxes.again_by_devenv])
    shutil.rmtree(directory)


class _Sources:
    """An image of 1 GiB, half of which can be compressed, as the images of systems are; and a Vagrant box with it."""

    def __init__(self, directory):
        raw, self.image, self.box = directory / "raw", directory / "disk.qcow2", directory / "test.box"
        with open(raw, "wb") as file:
            for _ in range(_SIZE // _PIECE):
                file.write(os.urandom(_PIECE // 2))
                file.write(os.urandom(256) * (_PIECE // 2 // 256))
        kernel.call("qemu-img", "convert", "-f", "raw", "-O", "qcow2", raw, self.image)
        raw.unlink()
        parts = directory / "parts"
        parts.mkdir()
        os.link(self.image, parts / "box.img")
        (parts / "metadata.json").write_text('{"provider": "libvirt", "format": "qcow2", "virtual_size": 1}\n')
        kernel.call("tar", "-C", parts, "-czf", self.box, "metadata.json", "box.img")
        shutil.rmtree(parts)


class _Boxes:
    """Each comes under a new name into a store of its own, so that nothing is known of it and nothing was removed."""

    def __init__(self, bench, directory, sources):
        self.bench, self.directory, self.sources = bench, directory, sources
        self.serial = count()

    def image_by_devenv(self):
        self._add(IMAGE, self.sources.image)

    def box_by_devenv(self):
        store = self._add(BOX, self.sources.box)
        self.bench.times.note(USED, "devenv", self._used(store))

    def again_by_devenv(self):
        """Nothing is read: the file is known by its looks."""
        self._run(AGAIN, self.directory / "again", self.sources.image, next(self.serial))

    def _add(self, what, source):
        store = self.directory / f"devenv-{next(self.serial)}"
        self._run(what, store, source, 0)
        return store

    def _run(self, what, store, source, number):
        devenv = self.bench.devenv
        program = Program(
            devenv.binary, "box", "add", source, "--name", f"bench-{number}", log=self.directory / "log",
            environment=dict(devenv.environment, DEVENV_HOME=str(store)))
        if what == AGAIN and not store.exists():
            program.run()
        self.bench.times.add(what, "devenv", program.run())

    def image_by_hand(self):
        self._hand(IMAGE, f"cat '{self.sources.image}'")

    def box_by_hand(self):
        self._hand(BOX, f"gzip -dc '{self.sources.box}' | tar -xO box.img")

    def _hand(self, what, reading):
        """What no one who keeps a verified copy can do without: reading, digesting, writing, and waiting for the disk."""
        target = self.directory / f"hand-{next(self.serial)}"
        program = Program("sh", "-c", f"{reading} | tee '{target}' | sha256sum && sync '{target}'")
        self.bench.times.add(what, HAND, program.run())

    def box_by_vagrant(self):
        home = self.directory / f"vagrant-{next(self.serial)}"
        environment = dict(os.environ, VAGRANT_HOME=str(home), VAGRANT_CHECKPOINT_DISABLE="1")
        program = Program(
            "vagrant", "box", "add", self.sources.box, "--name", "bench", environment=environment,
            log=self.directory / "log")
        self.bench.times.add(BOX, VAGRANT, program.run())
        self.bench.times.note(USED, VAGRANT, self._used(home))

    @staticmethod
    def _used(directory):
        """The megabytes that everything below a directory takes on the disk."""
        files = (os.lstat(os.path.join(path, name)) for path, _, names in os.walk(directory) for name in names)
        return sum(status.st_blocks * 512 for status in files) / 1e6


def tabulate(table):
    table.add(IMAGE, HAND, at_most=1.3)
    table.add(BOX, HAND, at_most=1.3)
    table.add(BOX, VAGRANT)
    table.add_alone(AGAIN, "nothing is read", limit=500)
    table.add_amount(USED, VAGRANT)
