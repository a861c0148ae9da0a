"""The life of virtual machines: one, with everything around it, three at once, twenty looked at."""

import shutil
from itertools import count
from pathlib import Path

from . import kernel
from .domains import FloorDomain, missing, virsh
from .measure import interleave
from .vagrantlibvirt import Vagrant
from .vagrantlibvirt import missing as vagrant_missing

BOX = "bench/disk"

_BARE = f"""\
version: 1
name: bench-vm
provider: libvirt
machines:
  web:
    box: {BOX}
    memory: 512MiB
    cpus: 1
"""

_WHOLE = f"""\
version: 1
name: bench-whole
provider: libvirt
networks: {{ private: {{}}, default: {{}} }}
machines:
  web:
    box: {BOX}
    memory: 512MiB
    cpus: 1
    hostname: bench-web
    networks: [default, private]
    sync: [.:/vagrant]
    provision:
      - shell: "true"
      - file: {{ source: file, target: /tmp/file }}
"""

_THREE = _BARE.replace("bench-vm", "bench-three").replace("web:", "web:\n    count: 3")

# machines without an operating system: they run, and that is all that `status` asks
_TWENTY = """\
version: 1
name: bench-twenty
provider: libvirt
machines:
  web:
    count: 20
    box: bench/empty
    memory: 64MiB
    cpus: 1
    boot_timeout: 1s
"""

UP, WHOLE, THREE = "VM: up, from nothing to SSH", "VM: up with all around it", "VM: up of three"
DESTROY, STATUS = "VM: destroy -f", "VM: status, 20 running"
FLOOR, VAGRANT = "floor", "vagrant-libvirt"


def measure(bench):
    reason = missing()
    if reason or not bench.devenv:
        bench.absent["virtual machines"] = reason or "devenv is left out"
        return
    if bench.disk:
        bench.devenv.run(bench.devenv.directory, "box", "add", bench.disk, "--name", BOX)
    else:
        bench.devenv.run(bench.devenv.directory, "box", "build", BOX, "--provider", "libvirt")
    serial = count()
    floor, driver = _prepare_floor(bench)
    vagrant = _prepare_vagrant(bench, driver)
    lives = [lambda: _floor(bench, floor), lambda: _devenv(bench, f"vm-{next(serial)}")]
    rounds = max(1, bench.rounds // 3)
    if vagrant:
        interleave(bench.vagrant_rounds, lives + [lambda: _vagrant(bench, vagrant)])
    interleave(max(0, rounds - (bench.vagrant_rounds if vagrant else 0)), lives)
    for index in range(2):
        _life(bench, f"three-{index}", _THREE, THREE, None)
    _status(bench)


def _devenv(bench, name):
    _life(bench, f"{name}-bare", _BARE, UP, DESTROY)
    _life(bench, f"{name}-whole", _WHOLE, WHOLE, None)


def _life(bench, name, envfile, up, destroy):
    project = bench.devenv.project(name, envfile)
    (project / "file").write_text("file\n")
    bench.times.add(up, "devenv", bench.devenv.run(project, "up"))
    time = bench.devenv.run(project, "destroy", "-f")
    if destroy:
        bench.times.add(destroy, "devenv", time)
    _forget(bench, project)


def _forget(bench, project):
    bench.devenv.projects.remove(project)
    shutil.rmtree(project)


def _floor(bench, floor):
    with bench.times.taking(UP, FLOOR):
        floor.up()
    with bench.times.taking(DESTROY, FLOOR):
        floor.down()


def _vagrant(bench, vagrant):
    for what, features in (UP, False), (WHOLE, True):
        with bench.times.taking(what, VAGRANT):
            vagrant.up(features)
        with bench.times.taking(DESTROY, VAGRANT):
            vagrant.destroy(features)


class _Machine:
    """What devenv has made of a project's one machine."""

    def __init__(self, project):
        directory = next((project / ".devenv/machines").iterdir())
        machine = kernel.json_file(directory / "machine.json")["content"]["identity"]["machine"]
        self.domain = next(name for name in virsh("list", "--all", "--name").split() if name.endswith(machine))
        self.key = directory / "id_ed25519"


def _prepare_floor(bench):
    """The floor is made of what devenv makes, so that both start the same machine."""
    project = bench.devenv.project("model", _BARE)
    bench.devenv.run(project, "up")
    machine = _Machine(project)
    driver = "kvm" if "<domain type='kvm'" in virsh("dumpxml", machine.domain) else "qemu"
    floor = FloorDomain(bench.workspace.directory("floor-vm"), f"bench{Path(project).stat().st_ino}", machine)
    bench.workspace.at_end(floor.discard)
    floor.prepare()
    bench.devenv.run(project, "destroy", "-f")
    _forget(bench, project)
    return floor, driver


def _prepare_vagrant(bench, driver):
    reason = "left out by --without vagrant" if "vagrant" in bench.without else vagrant_missing()
    if reason:
        bench.absent["vagrant-libvirt"] = reason
        return None
    image = bench.workspace.directory("vagrant-image") / "box.img"
    _make_vagrant_image(bench, image)
    vagrant = Vagrant(bench.workspace.path, image, driver)
    bench.workspace.at_end(vagrant.discard)
    vagrant.prepare()
    return vagrant


_VAGRANT_USER = """\
set -e
useradd --create-home --shell /bin/bash vagrant
echo 'vagrant ALL=(ALL:ALL) NOPASSWD: ALL' >/etc/sudoers.d/vagrant
install -d -m 700 -o vagrant -g vagrant /home/vagrant/.ssh
install -m 600 -o vagrant -g vagrant /tmp/key /home/vagrant/.ssh/authorized_keys
sync
"""


def _make_vagrant_image(bench, image):
    """devenv's own image with Vagrant's user in it, flattened: what Vagrant starts differs in nothing else."""
    key = next(Path("/usr/share").glob("vagrant*/keys/vagrant.pub"), None)
    if key is None:
        key = next(Path("/usr/share").rglob("keys/vagrant.pub"))
    project = bench.devenv.project("vagrant-image", _BARE)
    bench.devenv.run(project, "up")
    (project / "user.sh").write_text(_VAGRANT_USER)
    for source, target in (key, "/tmp/key"), (project / "user.sh", "/tmp/user.sh"):
        kernel.call(
            bench.devenv.binary, "ssh", "-c", f"cat >{target}", cwd=project, env=bench.devenv.environment,
            text=Path(source).read_text())
    bench.devenv.run(project, "ssh", "-c", "sudo sh /tmp/user.sh")
    machine = _Machine(project)
    disk = next(line.split()[1] for line in virsh("domblklist", machine.domain).splitlines() if line.split()[0] == "vda")
    bench.devenv.run(project, "halt")
    kernel.call("qemu-img", "convert", "-O", "qcow2", disk, image)
    bench.devenv.run(project, "destroy", "-f")
    _forget(bench, project)


def _status(bench):
    """Twenty machines run at once; that none of them ever answers is what their `up` says."""
    empty = bench.workspace.directory("empty") / "empty.qcow2"
    kernel.call("qemu-img", "create", "-q", "-f", "qcow2", empty, "64M")
    bench.devenv.run(bench.devenv.directory, "box", "add", empty, "--name", "bench/empty", "--user", "nobody")
    project = bench.devenv.project("twenty", _TWENTY)
    bench.devenv.run(project, "up", statuses=(1, 3))
    for _ in range(bench.rounds):
        bench.times.add(STATUS, "devenv", bench.devenv.run(project, "status"))
        with bench.times.taking(STATUS, "virsh list"):
            virsh("list", "--all")
    bench.devenv.run(project, "destroy", "-f")
    _forget(bench, project)


def tabulate(table):
    table.add_difference(UP, FLOOR, at_most=500)
    table.add(UP, VAGRANT)
    table.add_difference(WHOLE, FLOOR, at_most=3000, of=UP)
    table.add(WHOLE, VAGRANT)
    table.add_growth(UP, THREE, at_most=3)
    table.add_alone(DESTROY, "", limit=1000)
    table.add(DESTROY, FLOOR)
    table.add(DESTROY, VAGRANT)
    table.add(STATUS, "virsh list")
    table.add_alone(STATUS, "", limit=60)
