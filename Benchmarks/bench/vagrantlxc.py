"""Vagrant with vagrant-lxc as a peer: the same root file system as a box, until `vagrant up` says that SSH answers."""

import json
import os
import shutil
import subprocess
from pathlib import Path

from . import kernel

PACKAGES = ("vagrant", "vagrant-lxc", "lxc")

_GATEWAY, _ADDRESS = "10.215.0.1", "10.215.0.10"

_CONTAINER = """\
lxc.autodev = 1
lxc.net.0.type = veth
lxc.net.0.link = {bridge}
lxc.net.0.flags = up
lxc.net.0.ipv4.address = {address}/24
lxc.net.0.ipv4.gateway = {gateway}
lxc.mount.entry = tmpfs run/sshd tmpfs mode=755,create=dir 0 0
lxc.init.cmd = /usr/sbin/sshd -D -o HostKey=/etc/ssh/ssh_host_ed25519_key
"""

_PROJECT = """\
Vagrant.configure("2") do |config|
  config.vm.box = "bench"
  config.vm.box_check_update = false
  config.vm.synced_folder ".", "/vagrant", disabled: true
  config.ssh.username = "root"
  config.ssh.private_key_path = "{key}"
  config.ssh.insert_key = false
{machines}
end
"""

_MACHINE = """\
  config.vm.define "{name}" do |machine|
    machine.vm.provider :lxc do |lxc|
      lxc.backingstore = "dir"
      lxc.privileged = false
      lxc.tmpfs_mount_size = nil
      lxc.ssh_ip_addr = "{address}"
    end
  end"""


def missing():
    """Why Vagrant can't take part; None if it can."""
    if not shutil.which("vagrant"):
        return "Vagrant is not installed"
    if not shutil.which("lxc-start"):
        return "LXC is not installed"
    installed = subprocess.run(["dpkg", "-s", "vagrant-lxc"], capture_output=True, check=False).returncode == 0
    return None if installed else "vagrant-lxc is not installed"


class Vagrant:
    """One Vagrant with a home of its own."""

    def __init__(self, directory, rootfs, user_key, host_key):
        self.home = Path(directory) / "vagrant"
        self.project = self.home / "project"
        self.project.mkdir(parents=True)
        self.rootfs, self.user_key, self.host_key = Path(rootfs), Path(user_key), Path(host_key)
        self.bridge = f"bv{os.getpid()}"
        self.environment = dict(
            os.environ, VAGRANT_HOME=str(self.home / "home"), VAGRANT_CHECKPOINT_DISABLE="1", VAGRANT_NO_COLOR="1",
            VAGRANT_DEFAULT_PROVIDER="lxc")

    def prepare(self):
        """Makes a box of the root file system, adds it, and makes the bridge, which vagrant-lxc expects."""
        self.write_project(["web"])
        box = self.home / "box"
        box.mkdir()
        (box / "metadata.json").write_text(json.dumps({"provider": "lxc", "version": "1.0.0"}))
        config = _CONTAINER.format(bridge=self.bridge, address=_ADDRESS, gateway=_GATEWAY)
        (box / "lxc-config").write_text(config)
        kernel.call(
            "sh", "-c", self.tree_script(), "sh", self.rootfs, self.home / "tree", self.host_key,
            f"{self.user_key}.pub", box / "rootfs.tar.gz")
        kernel.call("tar", "-C", box, "-cf", self.home / "bench.box", "metadata.json", "lxc-config", "rootfs.tar.gz")
        self.vagrant("box", "add", "--name", "bench", "--provider", "lxc", self.home / "bench.box")
        kernel.call("ip", "link", "add", "name", self.bridge, "address", "02:00:00:00:02:01", "type", "bridge")
        kernel.call("ip", "addr", "add", f"{_GATEWAY}/24", "dev", self.bridge)
        kernel.call("ip", "link", "set", self.bridge, "up")

    @staticmethod
    def tree_script():
        """Keys can't be given to a container of vagrant-lxc: they have to be in its box.

        Nor can names: without an empty resolv.conf each sudo would wait 20 s for a name server that is not there.
        """
        return r"""set -eu
mkdir "$2" && cp -a "$1" "$2/rootfs"
install -m 700 -d "$2/rootfs/root/.ssh"
install -m 600 "$3" "$2/rootfs/etc/ssh/ssh_host_ed25519_key"
install -m 600 "$4" "$2/rootfs/root/.ssh/authorized_keys"
: >"$2/rootfs/etc/resolv.conf"
printf "#!/bin/sh\nkill -TERM 1\n" >"$2/rootfs/sbin/halt"
chmod 755 "$2/rootfs/sbin/halt"
tar -C "$2" --numeric-owner -czf "$5" ./rootfs
rm -r "$2"
"""

    def write_project(self, names):
        machines = "\n".join(_MACHINE.format(name=name, address=_ADDRESS) for name in names)
        (self.project / "Vagrantfile").write_text(_PROJECT.format(key=self.user_key, machines=machines))

    def up(self):
        """`vagrant up`."""
        self.vagrant("up")

    def halt(self):
        """`vagrant halt --force`."""
        self.vagrant("halt", "--force")

    def destroy(self):
        """`vagrant destroy -f`."""
        self.vagrant("destroy", "-f")

    def discard(self):
        """Removes the machine, the bridge and the box; nothing there is fine."""
        if (self.project / ".vagrant").exists():
            self.vagrant("destroy", "-f", quiet=True)
        for name in kernel.call("lxc-ls", "-1", quiet=True).split():
            if name.startswith("project_web_"):
                kernel.call("lxc-destroy", "-f", "-n", name, quiet=True)
        kernel.call("ip", "link", "delete", self.bridge, quiet=True)
        shutil.rmtree(self.home, ignore_errors=True)

    def vagrant(self, *words, quiet=False):
        return kernel.call("vagrant", *words, quiet=quiet, cwd=self.project, env=self.environment)
