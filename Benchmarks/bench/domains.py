"""libvirt by hand: the same domain as devenv's, defined and started with virsh, awaited with ssh. The floor."""

import re
import shutil
import subprocess
import time
import xml.etree.ElementTree as tree
from pathlib import Path

from . import kernel

URI = "qemu:///system"
_POOL = Path("/var/lib/libvirt/images")
_SUBNET = "10.216.0"

_NETWORK = """\
<network xmlns:dnsmasq='http://libvirt.org/schemas/network/dnsmasq/1.0'>
  <name>{name}</name>
  <forward mode='nat'/>
  <bridge name='{bridge}' stp='off' delay='0'/>
  <ip address='{subnet}.1' prefix='24'>
    <dhcp><host mac='{mac}' ip='{subnet}.10'/></dhcp>
  </ip>
  <dnsmasq:options><dnsmasq:option value='no-ping'/></dnsmasq:options>
</network>
"""


def virsh(*words, quiet=False, **more):
    return kernel.call("virsh", "--quiet", "--connect", URI, *words, quiet=quiet, **more)


def missing():
    """Why machines of libvirt can't be measured; None if they can."""
    if not shutil.which("virsh"):
        return "libvirt-clients is not installed"
    answer = subprocess.run(["virsh", "--quiet", "--connect", URI, "uri"], capture_output=True, check=False)
    return None if answer.returncode == 0 else f"no libvirt answers at {URI}; Scripts/libvirtd with Benchmarks/run …"


class FloorDomain:
    """A machine made of what devenv's was made of: its domain, its image, its seed and its keys."""

    def __init__(self, directory, name, machine):
        self.directory, self.name = Path(directory), name
        self.network, self.bridge = f"{name}-net", f"fb{name[-8:]}"
        self.disk = _POOL / f"{name}.qcow2"
        self.seed = _POOL / f"{name}.seed.iso"
        self.definition = self.directory / f"{name}.xml"
        self.key = self.directory / f"{name}.key"
        self._copy(machine)

    def _copy(self, machine):
        """`machine`: the name of devenv's domain and the directory of its keys."""
        domain = tree.fromstring(virsh("dumpxml", "--inactive", machine.domain))
        for tag in ("uuid", "title", "metadata"):
            for element in domain.findall(tag):
                domain.remove(element)
        domain.find("name").text = self.name
        root, seed = [disk.find("source").get("file") for disk in domain.findall("devices/disk")][:2]
        self.base = re.search(r"backing file: (\S+)", kernel.call("qemu-img", "info", "-U", root)).group(1)
        shutil.copy(self.base, _POOL / f"{self.name}.base.qcow2")
        self.base = _POOL / f"{self.name}.base.qcow2"
        shutil.copy(seed, self.seed)
        shutil.copy(machine.key, self.key)
        self.key.chmod(0o600)
        disks = domain.findall("devices/disk")
        for disk, path in zip(disks, (self.disk, self.seed)):
            disk.find("source").set("file", str(path))
            for store in disk.findall("backingStore"):
                disk.remove(store)
        for device in domain.find("devices"):
            for log in device.findall("log"):
                device.remove(log)
        interfaces = domain.findall("devices/interface")
        interfaces[0].find("source").set("network", self.network)
        self.mac = interfaces[0].find("mac").get("address")
        for interface in interfaces[1:]:
            domain.find("devices").remove(interface)
        self.definition.write_text(tree.tostring(domain, encoding="unicode"))

    def prepare(self):
        """The network; devenv's is left between measurements only where another machine needs it."""
        text = _NETWORK.format(name=self.network, bridge=self.bridge, subnet=_SUBNET, mac=self.mac)
        path = self.directory / f"{self.network}.xml"
        path.write_text(text)
        virsh("net-define", path)
        virsh("net-start", self.network)

    def up(self):
        kernel.call("qemu-img", "create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", self.base, self.disk)
        virsh("define", self.definition)
        virsh("start", self.name)
        self._await()

    def _await(self):
        deadline = time.monotonic() + 300
        command = [
            "ssh", "-F", "none", "-i", str(self.key), "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes",
            "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "ConnectTimeout=1",
            "-o", "LogLevel=ERROR", f"dev@{_SUBNET}.10", "true",
        ]
        while subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False).returncode != 0:
            if time.monotonic() > deadline:
                raise TimeoutError("the floor's machine does not answer")
            time.sleep(0.05)

    def down(self):
        virsh("destroy", self.name)
        virsh("undefine", self.name)
        self.disk.unlink()

    def discard(self):
        """Removes everything; nothing there is fine."""
        virsh("destroy", self.name, quiet=True)
        virsh("undefine", self.name, quiet=True)
        virsh("net-destroy", self.network, quiet=True)
        virsh("net-undefine", self.network, quiet=True)
        for path in (self.disk, self.seed, _POOL / f"{self.name}.base.qcow2"):
            path.unlink(missing_ok=True)
        for log in Path("/var/log/libvirt/qemu").glob(f"{self.name}.log*"):
            log.unlink(missing_ok=True)
