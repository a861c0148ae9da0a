"""Where a run of the benchmarks keeps everything, and how it leaves nothing."""

import os
import shutil
import signal
import tempfile
from contextlib import ExitStack
from pathlib import Path

from . import kernel

_KERNEL = Path("/proc/sys")
# what a hundred machines of the floor take, which each session of root's in them adds three keys to
_WIDENED = {_KERNEL / "kernel/keys/maxkeys": "20000", _KERNEL / "kernel/keys/maxbytes": "2000000"}
_SETTINGS = [_KERNEL / "net/ipv4/ip_forward", *_WIDENED]


class Workspace:
    """A directory, and what has to be undone at the end, last first, whatever the end."""

    def __init__(self, parent):
        self.stack = ExitStack()
        self.parent = parent
        self.path = None

    def __enter__(self):
        # a shell sends SIGINT; whoever ends the run otherwise wants it to be cleaned up as well
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._interrupt)
        # the roots of containers, nobody here, have to get through
        self.path = Path(tempfile.mkdtemp(prefix="devenv-bench-", dir=self.parent))
        self.path.chmod(0o711)
        self.settings = {path: path.read_text() for path in _SETTINGS}
        for path, value in _WIDENED.items():
            path.write_text(value)
        self.at_end(self._remove)
        return self

    def __exit__(self, *error):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        os.chdir("/")
        self.stack.__exit__(*error)

    def at_end(self, function, *arguments):
        """Calls a function at the end."""
        self.stack.callback(function, *arguments)

    def directory(self, name):
        """Makes a directory."""
        path = self.path / name
        path.mkdir(mode=0o711)
        return path

    def volatile_directory(self, path):
        """Makes a directory that is in memory, as /run is."""
        Path(path).mkdir(mode=0o711)
        kernel.mount("tmpfs", path, "mode=711")
        return Path(path)

    @staticmethod
    def _interrupt(_signal, _frame):
        raise KeyboardInterrupt

    def _remove(self):
        for line in reversed(Path("/proc/mounts").read_text().splitlines()):
            target = line.split()[1]
            if target.startswith(f"{self.path}/"):
                kernel.call("umount", "-l", target, quiet=True)
        shutil.rmtree(self.path, ignore_errors=True)
        for group in [*Path("/sys/fs/cgroup").glob("*/bench"), Path("/sys/fs/cgroup/bench")]:
            if group.is_dir() and not any(entry.is_dir() for entry in group.iterdir()):
                group.rmdir()
        for path, value in self.settings.items():
            path.write_text(value)
