"""Vagrant with vagrant-libvirt as a peer: the same disk image as a box, with Vagrant's well-known key in it."""

import json
import os
import shutil
import subprocess
from pathlib import Path

from . import kernel
from .domains import URI, virsh

PACKAGES = ("vagrant", "vagrant-libvirt")

_PROJECT = """\
Vagrant.configure("2") do |config|
  config.vm.box = "bench"
  config.vm.box_check_update = false
  config.vm.boot_timeout = 300
  config.ssh.insert_key = {features}
  config.vm.synced_folder ".", "/vagrant", type: "rsync", rsync__exclude: [".vagrant/"], disabled: {bare}
  config.vm.provider :libvirt do |libvirt|
    libvirt.uri = "{uri}"
    libvirt.driver = "{driver}"
    libvirt.cpu_mode = "{cpu}"
    libvirt.memory = 512
    libvirt.cpus = 1
    libvirt.machine_type = "q35"
    libvirt.graphics_type = "none"
    libvirt.storage_pool_name = "{pool}"
    libvirt.default_prefix = "{pool}_"
    libvirt.management_network_name = "{pool}"
    libvirt.management_network_address = "10.217.0.0/24"
  end
  config.vm.define "web" do |machine|
    if {features}
      machine.vm.hostname = "bench-web"
      machine.vm.network :private_network, ip: "10.218.0.10", libvirt__network_name: "{pool}-private"
      machine.vm.provision "shell", inline: "true"
      machine.vm.provision "file", source: "file", destination: "/tmp/file"
    end
  end
end
"""


def missing():
    """Why Vagrant can't take part; None if it can."""
    if not shutil.which("vagrant"):
        return "Vagrant is not installed"
    installed = subprocess.run(["dpkg", "-s", "vagrant-libvirt"], capture_output=True, check=False).returncode == 0
    return None if installed else "vagrant-libvirt is not installed"


class Vagrant:
    """One Vagrant with a home, a pool and networks of its own."""

    def __init__(self, directory, image, driver):
        self.home = Path(directory) / "vagrant-libvirt"
        self.image, self.driver = Path(image), driver
        self.pool = f"bench{os.getpid()}"
        self.environment = dict(
            os.environ, VAGRANT_HOME=str(self.home / "home"), VAGRANT_CHECKPOINT_DISABLE="1", VAGRANT_NO_COLOR="1",
            VAGRANT_DEFAULT_PROVIDER="libvirt")

    def prepare(self):
        """Makes a box of the image and adds it; the first `up` of all puts it into the pool."""
        self.home.mkdir()
        (self.home / "pool").mkdir()
        self.home.chmod(0o711)
        virsh("pool-define-as", self.pool, "dir", "--target", self.home / "pool")
        virsh("pool-start", self.pool)
        box = self.home / "box"
        box.mkdir()
        size = json.loads(kernel.call("qemu-img", "info", "--output=json", self.image))["virtual-size"]
        metadata = {"provider": "libvirt", "format": "qcow2", "virtual_size": -(-size // 2**30)}
        (box / "metadata.json").write_text(json.dumps(metadata))
        (box / "Vagrantfile").write_text('Vagrant.configure("2") { |config| }\n')
        os.link(self.image, box / "box.img")
        kernel.call("tar", "-C", box, "-czf", self.home / "bench.box", "metadata.json", "Vagrantfile", "box.img")
        for features in (True, False):
            self._write(features)
        self._vagrant(True, "box", "add", "--name", "bench", self.home / "bench.box")
        self.up(False)
        self.destroy(False)

    def _write(self, features):
        project = self._project(features)
        project.mkdir()
        (project / "file").write_text("file\n")
        (project / "Vagrantfile").write_text(
            _PROJECT.format(
                features=str(features).lower(), bare=str(not features).lower(), uri=URI, driver=self.driver,
                cpu="host-passthrough" if self.driver == "kvm" else "maximum", pool=self.pool))

    def _project(self, features):
        return self.home / ("whole" if features else "bare")

    def up(self, features):
        self._vagrant(features, "up")

    def destroy(self, features):
        self._vagrant(features, "destroy", "-f")

    def discard(self):
        """Removes machines, networks, pool and box; nothing there is fine."""
        for features in (True, False):
            if (self._project(features) / ".vagrant").exists():
                self._vagrant(features, "destroy", "-f", quiet=True)
        for name in (self.pool, f"{self.pool}-private"):
            virsh("net-destroy", name, quiet=True)
            virsh("net-undefine", name, quiet=True)
        virsh("pool-destroy", self.pool, quiet=True)
        virsh("pool-undefine", self.pool, quiet=True)
        shutil.rmtree(self.home, ignore_errors=True)

    def _vagrant(self, features, *words, quiet=False):
        return kernel.call("vagrant", *words, quiet=quiet, cwd=self._project(features), env=self.environment)
