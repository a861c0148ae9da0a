"""config.json of a container with podman's default isolation, as the OCI Runtime Specification 1.0.2 has it."""

import json
import platform

SECCOMP_PROFILE = "/usr/share/containers/seccomp.json"

CAPABILITIES = ["CAP_" + name for name in (
    "CHOWN DAC_OVERRIDE FOWNER FSETID KILL NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID SYS_CHROOT AUDIT_WRITE MKNOD "
    "NET_RAW").split()]

_MASKED = [
    "/proc/acpi", "/proc/asound", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list",
    "/proc/timer_stats", "/proc/sched_debug", "/proc/scsi", "/sys/firmware", "/sys/fs/selinux", "/sys/dev/block",
    "/sys/devices/virtual/powercap",
]
_READ_ONLY = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"]


def machine_config(name, root, first_id, id_count):
    """A machine whose first process is an init with an SSH server as its child."""
    mapping = [{"containerID": 0, "hostID": first_id, "size": id_count}]
    return {
        "ociVersion": "1.0.2",
        "process": {
            "terminal": False, "user": {"uid": 0, "gid": 0}, "cwd": "/", "noNewPrivileges": False,
            "args": ["/run/init", "--", "/usr/sbin/sshd", "-D", "-e", "-o", "HostKey=/etc/ssh/ssh_host_ed25519_key"],
            "env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root"],
            "capabilities": dict.fromkeys(("bounding", "effective", "permitted"), CAPABILITIES),
        },
        "root": {"path": str(root)},
        "hostname": name,
        "mounts": _mounts(),
        "linux": {
            "uidMappings": mapping, "gidMappings": mapping,
            "namespaces": [{"type": kind} for kind in ("pid", "ipc", "uts", "mount", "network", "user")],
            "cgroupsPath": f"/bench/{name}",
            "resources": {"devices": [{"allow": False, "access": "rwm"}], "pids": {"limit": 4096}},
            "seccomp": seccomp_filter(), "maskedPaths": _MASKED, "readonlyPaths": _READ_ONLY,
        },
    }


def _mounts():
    closed = ["nosuid", "noexec", "nodev"]
    table = [
        ("/proc", "proc", closed), ("/dev", "tmpfs", ["nosuid", "strictatime", "mode=755", "size=65536k"]),
        ("/dev/pts", "devpts", ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"]),
        ("/dev/shm", "tmpfs", closed + ["mode=1777"]), ("/dev/mqueue", "mqueue", closed),
        ("/sys", "sysfs", closed + ["ro"]), ("/run", "tmpfs", ["nosuid", "nodev", "mode=755"]),
        ("/run/lock", "tmpfs", closed + ["mode=1777"]), ("/run/sshd", "tmpfs", closed + ["mode=755"]),
    ]
    mounts = [{"destination": where, "type": kind, "source": kind, "options": how} for where, kind, how in table]
    init = {"destination": "/run/init", "type": "bind", "source": "/usr/bin/catatonit", "options": ["bind", "ro"]}
    return mounts + [init]


_profile = None


def seccomp_filter():
    """The distribution's profile for this architecture and these capabilities alone; read once."""
    global _profile
    if _profile is None:
        with open(SECCOMP_PROFILE) as file:
            _profile = _resolve(json.load(file))
    return _profile


def _resolve(profile):
    arch, name = {"aarch64": ("arm64", "SCMP_ARCH_AARCH64")}.get(platform.machine(), ("amd64", "SCMP_ARCH_X86_64"))

    def applies(rule):
        includes, excludes = rule.get("includes") or {}, rule.get("excludes") or {}
        return (
            arch in (includes.get("arches") or [arch])
            and all(cap in CAPABILITIES for cap in includes.get("caps") or [])
            and arch not in (excludes.get("arches") or [])
            and not any(cap in CAPABILITIES for cap in excludes.get("caps") or []))

    keys = ("names", "action", "errnoRet", "args")
    rules = [{key: rule[key] for key in keys if rule.get(key)} for rule in profile["syscalls"] if applies(rule)]
    return {
        "defaultAction": profile["defaultAction"], "defaultErrnoRet": profile.get("defaultErrnoRet", 1),
        "architectures": [name], "syscalls": rules,
    }
