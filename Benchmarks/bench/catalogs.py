"""A catalog of 10,000 boxes in 20 versions each: which boxes of a host are out of date."""

import hashlib
import json
import shutil

from . import kernel
from .measure import Program, interleave

BOXES, VERSIONS = 10_000, 20
# a host with some boxes of it, and one that has them all
HELD = (20, BOXES)


def outdated(held):
    return f"box outdated, {held} of {BOXES} boxes held"


def measure(bench):
    if not bench.devenv:
        return
    if not shutil.which("qemu-img"):
        bench.absent["catalogs"] = "qemu-img is not installed"
        return
    directory = bench.workspace.directory("catalogs")
    catalog = _publish(directory)
    for held in HELD:
        home = _hold(bench, directory, catalog, held)
        program = Program(
            bench.devenv.binary, "box", "outdated", environment=dict(bench.devenv.environment, DEVENV_HOME=str(home)),
            log=directory / "log")
        program.run()
        if (directory / "log").read_text().count(" 1.18 ") != held:
            raise RuntimeError("'box outdated' does not name the boxes that are out of date")
        interleave(bench.rounds, [lambda: bench.times.add(outdated(held), "devenv", program.run())])
    shutil.rmtree(directory)


def _name(number):
    return f"team/box{number:05}"


def _publish(directory):
    """What `devenv box publish` would write, without the boxes."""
    catalog = directory / "catalog"
    (catalog / "boxes" / "team").mkdir(parents=True)
    newest = {}
    for number in range(BOXES):
        name = _name(number)
        listing = {"name": name, "description": "a box", "versions": [_version(name, number, minor)
                                                                     for minor in reversed(range(VERSIONS))]}
        text = json.dumps(listing, indent=2)
        (catalog / "boxes" / f"{name}.json").write_text(text)
        newest[name] = {"listing": "sha256:" + hashlib.sha256(text.encode()).hexdigest(), "files": [
            {"name": "libvirt", "architecture": "amd64", "default_architecture": True, "version": f"1.{VERSIONS - 1}"}]}
    boxes = {_name(number): f"boxes/{_name(number)}.json" for number in range(BOXES)}
    (catalog / "catalog.json").write_text(json.dumps({"schema": 1, "boxes": boxes, "newest": newest}, indent=2))
    return catalog


def _version(name, number, minor):
    digest = f"{number * VERSIONS + minor:064x}"
    path = f"files/{name}~1.{minor}/libvirt-amd64-{digest[-12:]}.box"
    return {"version": f"1.{minor}", "providers": [{
        "name": "libvirt", "url": f"https://boxes.example.com/{path}", "checksum": digest, "checksum_type": "sha256",
        "architecture": "amd64", "default_architecture": True,
        "devenv": {"path": f"../../{path}", "digest": f"sha256:{digest}", "format": "qcow2", "size": 123456789,
                   "user": "dev"}}]}


def _hold(bench, directory, catalog, held):
    """A store in which so many boxes have the last version but one."""
    home, disk = directory / f"home-{held}", directory / "disk.qcow2"
    kernel.call("qemu-img", "create", "-q", "-f", "qcow2", disk, "8M")
    environment = dict(bench.devenv.environment, DEVENV_HOME=str(home))
    Program(
        bench.devenv.binary, "box", "add", disk, "--name", "first", "--box-version", f"1.{VERSIONS - 2}", "--architecture",
        "amd64", environment=environment, log=directory / "log").run()
    names = home / "boxes" / "names"
    record = json.loads((names / "first.json").read_text())
    record["images"][0]["catalog"] = str(catalog)
    (names / "first.json").unlink()
    text = json.dumps(record, indent=2)
    for number in range(0, BOXES, BOXES // held):
        (names / f"{_name(number).replace('/', '%2F')}.json").write_text(text)
    return home


def tabulate(table):
    for held in HELD:
        table.add_alone(outdated(held), f"{VERSIONS} versions of each", limit=300)
