"""Boxes of 1 GiB coming into the store, from here and from a web server, beside the same done by hand and beside `vagrant box add`:
time, and disk used."""

import os
import shutil
import subprocess
from itertools import count

from . import kernel
from .fileserver import Server
from .measure import Program, interleave

GZIP, ZSTD, IMAGE = "Vagrant box (gzip)", "Vagrant box (zstd)", "qcow2"
TREE = "tree (tar.zst)"
AGAIN, AGAIN_REMOTE = "box add, the same again", "box add from the web, the same again"
HAND, CURL, PIPE, VAGRANT = "by hand", "curl alone", "curl by hand", "vagrant"
# what is often called 1 Gbit/s, and more than a disk does: the loopback as it is
RATES = {"1 Gbit/s": 125_000_000, "loopback": 0}

_SIZE, _PIECE = 1 << 30, 1 << 20
_READING = {IMAGE: "cat '{0}'", GZIP: "gzip -dc '{0}' | tar -xO box.img", ZSTD: "zstd -dqc '{0}' | tar -xO box.img"}


def local(kind):
    return f"box add, {kind}, 1 GiB"


def remote(kind, rate):
    return f"box add, {kind}, {rate}"


def used(kind):
    return f"box add, {kind}, disk used"


def measure(bench):
    if not bench.devenv:
        return
    if not shutil.which("qemu-img"):
        bench.absent["boxes"] = "qemu-img is not installed"
        return
    directory = bench.workspace.directory("boxes")
    boxes = _Boxes(bench, directory)
    rounds = max(2, bench.rounds // 3)
    if shutil.which("vagrant"):
        interleave(bench.vagrant_rounds, [boxes.vagrant(GZIP), boxes.vagrant(ZSTD)])
    else:
        bench.absent["vagrant box add"] = "Vagrant is not installed"
    for kind in _READING:
        interleave(rounds, [boxes.devenv(kind), boxes.by_hand(kind)])
    interleave(2, [boxes.devenv(TREE), boxes.tree_by_hand])
    interleave(bench.rounds, [boxes.again])
    for rate, limit in RATES.items():
        with Server(directory, limit) as server:
            for kind in _READING:
                interleave(2, boxes.from_web(server, kind, rate))
            interleave(bench.rounds, [boxes.again_from_web(server)])
    shutil.rmtree(directory)


class _Boxes:
    """Each comes under a new name into a store of its own, so that nothing is known of it and nothing was removed."""

    def __init__(self, bench, directory):
        self.bench, self.directory, self.serial = bench, directory, count()
        self.sources = _sources(directory)

    def devenv(self, kind):
        def run():
            store = self._new("store")
            self.bench.times.add(local(kind), "devenv", self._add(self.sources[kind], store).run())
            self.bench.times.note(used(kind), "devenv", _used(store))
            shutil.rmtree(store)
        return run

    def by_hand(self, kind):
        """What no one who keeps a verified copy can do without: reading, digesting, writing, and waiting for the disk."""
        def run():
            self._hand(local(kind), HAND, _READING[kind].format(self.sources[kind]), kind)
        return run

    def tree_by_hand(self):
        target = self._new("tree")
        target.mkdir()
        program = Program(
            "sh", "-c", f"sha256sum '{self.sources[TREE]}' & tar -C '{target}' -xf '{self.sources[TREE]}' && "
            f"sync -f '{target}' && wait")
        self.bench.times.add(local(TREE), HAND, program.run())
        shutil.rmtree(target)

    def vagrant(self, kind):
        def run():
            home = self._new("vagrant")
            environment = dict(os.environ, VAGRANT_HOME=str(home), VAGRANT_CHECKPOINT_DISABLE="1")
            program = Program(
                "vagrant", "box", "add", self.sources[kind], "--name", "bench", environment=environment,
                log=self.directory / "log")
            self.bench.times.add(local(kind), VAGRANT, program.run())
            self.bench.times.note(used(kind), VAGRANT, _used(home))
            shutil.rmtree(home)
        return run

    def again(self):
        """Nothing is read: the file is known by its looks."""
        store = self.directory / "again"
        if not store.exists():
            self._add(self.sources[IMAGE], store).run()
        before = _read_bytes()
        program = self._add(self.sources[IMAGE], store, f"bench-{next(self.serial)}")
        self.bench.times.add(AGAIN, "devenv", program.run())
        self.bench.times.note(AGAIN + ", read", "devenv", (_read_bytes() - before) / 1e6)

    def from_web(self, server, kind, rate):
        url, what = server.url(self.sources[kind]), remote(kind, rate)

        def add():
            store = self._new("store")
            self.bench.times.add(what, "devenv", self._add(url, store).run())
            shutil.rmtree(store)

        def curl():
            target = self._new("curl")
            self.bench.times.add(what, CURL, Program("curl", "-s", "-o", target, url).run())
            target.unlink()

        def pipe():
            reading = _READING[kind].format("-").replace("cat '-'", "cat").replace("'-'", "-")
            self._hand(what, PIPE, f"curl -s '{url}' | {reading}", kind)
        return [add, curl, pipe]

    def again_from_web(self, server):
        """By what the checksum tells, not a byte is asked for."""
        digest = self.sources["digest"]
        store = self.directory / f"web-{server.port}"

        def run():
            if not store.exists():
                self._add(server.url(self.sources[IMAGE]), store, "first", "--checksum", digest).run()
            sent = server.sent()
            program = self._add(
                server.url(self.sources[IMAGE]), store, f"bench-{next(self.serial)}", "--checksum", digest)
            self.bench.times.add(AGAIN_REMOTE, "devenv", program.run())
            self.bench.times.note(AGAIN_REMOTE + ", sent", "devenv", (server.sent() - sent) / 1e6)
        return run

    def _add(self, source, store, name="bench", *options):
        devenv = self.bench.devenv
        return Program(
            devenv.binary, "box", "add", source, "--name", name, *options, log=self.directory / "log",
            environment=dict(devenv.environment, DEVENV_HOME=str(store)))

    def _hand(self, what, who, reading, kind):
        target = self._new("hand")
        program = Program("sh", "-c", f"{reading} | tee '{target}' | openssl dgst -sha256 && sync '{target}'")
        self.bench.times.add(what, who, program.run())
        target.unlink()

    def _new(self, kind):
        return self.directory / f"{kind}-{next(self.serial)}"


def _sources(directory):
    """An image of 1 GiB, half of which can be compressed, as the images of systems are; Vagrant boxes with it; and a tree."""
    raw, image, tar = directory / "raw", directory / "disk.qcow2", directory / "test.tar"
    with open(raw, "wb") as file:
        for _ in range(_SIZE // _PIECE):
            file.write(os.urandom(_PIECE // 2))
            file.write(os.urandom(256) * (_PIECE // 2 // 256))
    kernel.call("qemu-img", "convert", "-f", "raw", "-O", "qcow2", raw, image)
    raw.unlink()
    parts = directory / "parts"
    parts.mkdir()
    os.link(image, parts / "box.img")
    (parts / "metadata.json").write_text('{"provider": "libvirt", "format": "qcow2", "virtual_size": 1}\n')
    kernel.call("tar", "-C", parts, "-cf", tar, "metadata.json", "box.img")
    shutil.rmtree(parts)
    subprocess.run(["sh", "-c", f"gzip -1c '{tar}' > '{directory}/gzip.box' & zstd -qT0 '{tar}' -o '{directory}/zstd.box'; wait"],
                   check=True)
    tar.unlink()
    digest = subprocess.run(["sha256sum", image], check=True, stdout=subprocess.PIPE, text=True).stdout.split()[0]
    return {IMAGE: image, GZIP: directory / "gzip.box", ZSTD: directory / "zstd.box", TREE: _tree(directory),
            "digest": f"sha256:{digest}"}


def _tree(directory):
    """1 GiB in 8,192 files."""
    tree, archive = directory / "tree", directory / "tree.tar.zst"
    for number in range(64):
        folder = tree / "usr" / "lib" / str(number)
        folder.mkdir(parents=True)
        for name in range(128):
            half = os.urandom(_SIZE // 64 // 128 // 2)
            (folder / str(name)).write_bytes(half + half)
    (tree / "etc").mkdir()
    kernel.call("tar", "-C", tree, "--zstd", "-cf", archive, ".")
    shutil.rmtree(tree)
    return archive


def _used(directory):
    """The megabytes that everything below a directory takes on the disk."""
    files = (os.lstat(os.path.join(path, name)) for path, _, names in os.walk(directory) for name in names)
    return sum(status.st_blocks * 512 for status in files) / 1e6


def _read_bytes():
    """What this process and the children that have ended have read, by any way."""
    with open("/proc/self/io") as file:
        return int(next(line for line in file if line.startswith("rchar")).split()[1])


def tabulate(table):
    for kind in _READING:
        table.add(local(kind), HAND, at_most=1.3)
        table.add(local(kind), VAGRANT)
        table.add_amount(used(kind), VAGRANT)
    table.add(local(TREE), HAND, at_most=1.3)
    table.add_alone(AGAIN, "nothing is read", limit=500)
    table.add_bounded(AGAIN + ", read", "of 1 GiB", at_most=1, unit=" MB")
    for rate in RATES:
        for kind in _READING:
            # nothing is decompressed and written as fast as a loopback brings it: that row is for the record
            table.add(remote(kind, rate), CURL, at_most=1.05 if RATES[rate] else None)
            table.add(remote(kind, rate), PIPE)
    table.add_alone(AGAIN_REMOTE, "nothing is sent", limit=500)
    table.add_bounded(AGAIN_REMOTE + ", sent", "of 1 GiB", at_most=1, unit=" MB")
