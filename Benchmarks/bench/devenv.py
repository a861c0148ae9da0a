"""devenv itself: the built program, with a home of its own."""

import os
import shutil
from pathlib import Path

from . import kernel
from .measure import Program

BOX = "bench/debian"
# what root's devenv uses when DEVENV_HOME is not set
_USUAL_STORE = Path("/var/lib/devenv/boxes")


def build(repository):
    """The release binary of this working copy."""
    kernel.call(
        "swift", "build", "-c", "release", "--static-swift-stdlib", "--product", "devenv", "--package-path", repository)
    return Path(repository) / ".build/release/devenv"


class Devenv:
    """One devenv: programs to run, projects to run them in."""

    def __init__(self, binary, workspace):
        self.binary = Path(binary).resolve()
        self.directory = workspace.path / "devenv"
        self.home = self.directory / "home"
        for path in (self.directory, self.home):
            path.mkdir(mode=0o711)
        workspace.volatile_directory(self.home / "run")
        self.environment = {key: value for key, value in os.environ.items() if not key.startswith("DEVENV_")}
        self.environment.update(DEVENV_HOME=str(self.home), DEVENV_SHARED_BOXES="", NO_COLOR="1")
        self.projects = []

    def command(self, project, *words, statuses=(0,)):
        """A command in a project."""
        return Program(
            self.binary, *words, directory=project, environment=self.environment, statuses=statuses,
            log=self.directory / "log")

    def run(self, project, *words, statuses=(0,)):
        """Runs a command in a project and returns how long that took."""
        return self.command(project, *words, statuses=statuses).run()

    def output(self, project, *words):
        """Runs a command in a project and returns what it says."""
        return kernel.call(self.binary, *words, cwd=project, env=self.environment)

    def project(self, name, envfile):
        """Makes a project."""
        path = self.directory / name
        path.mkdir()
        (path / "Envfile").write_text(envfile)
        self.projects.append(path)
        return path

    def provide_box(self, rootfs):
        """Puts the box into the store, and returns its root file system, which the others use too."""
        if rootfs is None:
            rootfs = self._kept_box()
        if rootfs is None:
            self.run(self.directory, "box", "build", BOX)
        else:
            self.run(self.directory, "box", "add", rootfs, "--name", BOX)
        return next((self.home / "boxes/images").glob("sha256-*/rootfs"))

    @staticmethod
    def _kept_box():
        """The box of that name in the user's own store, to spare the building: see Documentation/boxes.md."""
        entry = _USUAL_STORE / "names" / (BOX.replace("/", "%2F") + ".json")
        if not entry.exists():
            return None
        images = kernel.json_file(entry).get("images", [])
        digest = next((image["digest"] for image in reversed(images) if image["format"] == "directories"), None)
        if digest is None:
            return None
        digest = digest.removeprefix("sha256:")
        return _USUAL_STORE / "images" / f"sha256-{digest}" / "rootfs"

    def discard_machines(self):
        """Destroys all machines; nothing there is fine."""
        for project in self.projects:
            if (project / ".devenv").exists():
                kernel.call(self.binary, "destroy", "-f", quiet=True, cwd=project, env=self.environment)

    def discard(self):
        """Leaves nothing."""
        self.discard_machines()
        shutil.rmtree(self.directory, ignore_errors=True)
