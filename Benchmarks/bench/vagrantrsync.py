"""A synced folder of Vagrant's of type rsync, in a container of vagrant-lxc: `vagrant rsync`, and saves with `vagrant rsync-auto`."""

import os
import signal
import subprocess
import time
from pathlib import Path

from .floor import make_key
from .live import save
from .measure import Failure
from .vagrantlxc import Vagrant

_TARGET = "srv/data"


class VagrantFolder(Vagrant):
    """One machine with one folder."""

    def __init__(self, directory, rootfs, source):
        user_key, host_key = (Path(directory) / f"vagrant-{name}" for name in ("user", "host"))
        super().__init__(directory, rootfs, make_key(user_key), make_key(host_key))
        self.source = source

    def write_project(self, names):
        super().write_project(names)
        path = self.project / "Vagrantfile"
        folder = f'  config.vm.synced_folder "{self.source}", "/{_TARGET}", type: "rsync"\nend\n'
        path.write_text(path.read_text().rstrip().removesuffix("end") + folder)

    @property
    def files(self):
        """The machine's files as this host sees them."""
        return next(Path("/var/lib/lxc").glob("project_web_*/rootfs"))

    def rsync(self):
        """The milliseconds of `vagrant rsync`."""
        start = time.perf_counter()
        self.vagrant("rsync")
        return (time.perf_counter() - start) * 1000

    def saves(self, rounds):
        """The milliseconds from saves to the new content while `vagrant rsync-auto` runs."""
        file = min(self.source.glob("part*/module*/file*"))
        seen = self.files / _TARGET / file.relative_to(self.source)
        with subprocess.Popen(
                ["vagrant", "rsync-auto"], cwd=self.project, env=self.environment, stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL, start_new_session=True) as process:
            try:
                self._wait_until_watched(file, seen)
                return [self._save(file, seen, number) for number in range(1, rounds + 1)]
            finally:
                os.killpg(process.pid, signal.SIGKILL)

    @staticmethod
    def _save(file, seen, number):
        """Its rsync tells files by their sizes and whole seconds."""
        time.sleep(2)
        return save(file, seen, b"saved\n" * number, limit=60)

    @staticmethod
    def _wait_until_watched(file, seen, limit=180):
        """It does not say when it begins: saves are made until one arrives."""
        end = time.monotonic() + limit
        while time.monotonic() < end:
            try:
                return save(file, seen, f"first {time.monotonic()}\n".encode(), limit=5)
            except Failure:
                continue  # not yet
        raise Failure("vagrant rsync-auto watches nothing")
