#define _GNU_SOURCE
#include "CSyscalls.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

static int write_map(int process, const char *kind, const char *map) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/%s", process, kind);
    int length = (int)strlen(map);
    int file = open(path, O_WRONLY | O_CLOEXEC);
    if (file < 0) return -1;
    int written = (int)write(file, map, (size_t)length);
    int error = errno;
    close(file);
    errno = error;
    return written == length ? 0 : -1;
}

static int open_namespace(int process, const char *kind) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/ns/%s", process, kind);
    return open(path, O_RDONLY | O_CLOEXEC);
}

int devenv_user_namespace(unsigned first, unsigned count) {
    char map[64];
    // what another namespace maps from two sources can't be mapped as one range
    if (first == 0) snprintf(map, sizeof map, "0 0 1\n1 1 %u\n", count - 1);
    else snprintf(map, sizeof map, "0 %u %u\n", first, count);
    return devenv_mapped_namespace(map, map);
}

int devenv_mapped_namespace(const char *users, const char *groups) {
    // A child holds the namespace while its maps are written. Without an exit signal, so that no handler of the
    // program's own children sees it; it makes no call but these, as the program may have other threads.
    int process = (int)syscall(SYS_clone, CLONE_NEWUSER, NULL, NULL, NULL, 0UL);
    if (process < 0) return -1;
    if (process == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        for (;;) pause();
    }
    int result = -1;
    if (write_map(process, "uid_map", users) == 0 && write_map(process, "gid_map", groups) == 0)
        result = open_namespace(process, "user");
    int error = errno;
    kill(process, SIGKILL);
    while (waitpid(process, NULL, __WALL) < 0 && errno == EINTR) continue;
    errno = error;
    return result;
}

static int copy_mount(const char *path, int user_namespace, unsigned long long flags) {
    int mount = open_tree(AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
    if (mount < 0) return -1;
    struct mount_attr attributes;
    memset(&attributes, 0, sizeof attributes);
    attributes.attr_set = flags;
    if (user_namespace >= 0) {
        attributes.attr_set |= MOUNT_ATTR_IDMAP;
        attributes.userns_fd = (unsigned long long)user_namespace;
    }
    if (mount_setattr(mount, "", AT_EMPTY_PATH, &attributes, sizeof attributes) == 0) return mount;
    int error = errno;
    close(mount);
    errno = error;
    return -1;
}

int devenv_idmapped_copy(const char *directory, int user_namespace) {
    return copy_mount(directory, user_namespace, MOUNT_ATTR_RDONLY);
}

int devenv_bind_copy(const char *path, int user_namespace, int read_only) {
    return copy_mount(path, user_namespace, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | (read_only ? MOUNT_ATTR_RDONLY : 0));
}

int devenv_attach_mount(int mount, const char *directory) {
    return move_mount(mount, "", AT_FDCWD, directory, MOVE_MOUNT_F_EMPTY_PATH);
}

int devenv_mount_overlay(const char *target, const char *options) {
    return mount("overlay", target, "overlay", 0, options);
}

int devenv_unmount(const char *target, int lazy) {
    return umount2(target, UMOUNT_NOFOLLOW | (lazy ? MNT_DETACH : 0));
}

int devenv_open_in_root(int root, const char *path, int flags, unsigned mode) {
    struct open_how how;
    memset(&how, 0, sizeof how);
    how.flags = (unsigned long long)(flags | O_CLOEXEC);
    how.mode = flags & O_CREAT ? mode : 0;
    how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
    return (int)syscall(SYS_openat2, root, path, &how, sizeof how);
}

int devenv_open_process(int process) {
    return (int)syscall(SYS_pidfd_open, process, 0);
}

int devenv_signal_process(int descriptor, int signal) {
    return (int)syscall(SYS_pidfd_send_signal, descriptor, signal, NULL, 0);
}

struct network_setting {
    int network;
    const char *path;
    const char *value;
    int error;
};

static void *set_there(void *argument) {
    struct network_setting *setting = argument;
    int file = -1;
    if (setns(setting->network, CLONE_NEWNET) == 0) file = open(setting->path, O_WRONLY | O_CLOEXEC);
    if (file < 0 || write(file, setting->value, strlen(setting->value)) < 0) setting->error = errno;
    if (file >= 0) close(file);
    return NULL;
}

int devenv_set_in_network(int network, const char *path, const char *value) {
    // The namespace is a thread's: one that ends right afterwards takes no other work there.
    struct network_setting setting = {network, path, value, 0};
    pthread_t thread;
    int error = pthread_create(&thread, NULL, set_there, &setting);
    if (error == 0) {
        pthread_join(thread, NULL);
        error = setting.error;
    }
    errno = error;
    return error == 0 ? 0 : -1;
}

int devenv_flush_file_system(const char *path) {
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return -1;
    int result = syncfs(file);
    int error = errno;
    close(file);
    errno = error;
    return result;
}

struct root_mount {
    int process;
    int mount;
    int error;
};

static void *copy_root_there(void *argument) {
    struct root_mount *root = argument;
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/ns/mnt", root->process);
    int names = open(path, O_RDONLY | O_CLOEXEC);
    // a thread that shares its working directory with others may not change its namespace
    if (names >= 0 && unshare(CLONE_FS) == 0 && setns(names, CLONE_NEWNS) == 0)
        root->mount = open_tree(AT_FDCWD, "/", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
    if (root->mount < 0) root->error = errno;
    if (names >= 0) close(names);
    return NULL;
}

int devenv_root_mount_of_process(int process) {
    // As above: the namespace is a thread's, which ends right afterwards.
    struct root_mount root = {process, -1, 0};
    pthread_t thread;
    int error = pthread_create(&thread, NULL, copy_root_there, &root);
    if (error == 0) {
        pthread_join(thread, NULL);
        error = root.error;
    }
    errno = error;
    return root.mount;
}

// The name of an attribute that overlayfs keeps: in a user's realm overlays are mounted with userxattr.
static const char *overlay_name(const char *name) {
    static _Thread_local char text[64];
    int in_realm = getuid() == 0 && getenv("DEVENV_REALM") != NULL;
    snprintf(text, sizeof text, "%s.overlay.%s", in_realm ? "user" : "trusted", name);
    return text;
}

int devenv_is_opaque(const char *directory) {
    char value = 0;
    ssize_t length = lgetxattr(directory, overlay_name("opaque"), &value, 1);
    if (length < 0 && (errno == ENODATA || errno == ENOTSUP)) return 0;
    if (length == 1 && value == 'y') return 1;
    if (length >= 0) errno = ENOTSUP;
    return -1;
}

int devenv_make_opaque(const char *directory) {
    return lsetxattr(directory, overlay_name("opaque"), "y", 1, 0);
}

int devenv_copy_times(const char *from, const char *to) {
    struct stat status;
    if (lstat(from, &status) != 0) return -1;
    struct timespec times[2] = {status.st_atim, status.st_mtim};
    return utimensat(AT_FDCWD, to, times, AT_SYMLINK_NOFOLLOW);
}

static int copy_attribute(const char *from, const char *to, const char *name) {
    char value[65536];  // XATTR_SIZE_MAX
    ssize_t length = lgetxattr(from, name, value, sizeof value);
    return length < 0 ? -1 : lsetxattr(to, name, value, (size_t)length, 0);
}

int devenv_copy_attributes(const char *from, const char *to) {
    char names[65536];  // XATTR_LIST_MAX
    ssize_t length = llistxattr(from, names, sizeof names);
    if (length < 0) return errno == ENOTSUP ? 0 : -1;
    for (const char *name = names; name < names + length; name += strlen(name) + 1) {
        if (strncmp(name, overlay_name(""), strlen(overlay_name(""))) == 0) {
            if (strcmp(name, overlay_name("redirect")) == 0) {
                errno = ENOTSUP;
                return -1;
            }
            if (strcmp(name, overlay_name("opaque")) != 0) continue;
        }
        if (copy_attribute(from, to, name) != 0) return -1;
    }
    return 0;
}

static int join(int namespace, int kind) {
    int result = namespace < 0 ? -1 : setns(namespace, kind);
    int error = errno;
    if (namespace >= 0) close(namespace);
    errno = error;
    return result;
}

int devenv_join_realm(int process) {
    char directory[PATH_MAX];
    if (!getcwd(directory, sizeof directory)) strcpy(directory, "/");
    // both are opened first: the other mounts may have another /proc
    int user = open_namespace(process, "user"), mounts = open_namespace(process, "mnt");
    if (join(user, CLONE_NEWUSER) != 0 || join(mounts, CLONE_NEWNS) != 0) return -1;
    // setns(2) leads to the root; a directory that was removed meanwhile is none
    return chdir(directory) == 0 ? 0 : chdir("/");
}

static int is_own(int namespace) {
    struct stat theirs, ours;
    return fstat(namespace, &theirs) == 0 && stat("/proc/self/ns/user", &ours) == 0 && theirs.st_ino == ours.st_ino;
}

int devenv_join_network(int process) {
    int user = open_namespace(process, "user"), network = open_namespace(process, "net");
    if (user < 0 || network < 0) return -1;
    if (!is_own(user) && join(user, CLONE_NEWUSER) != 0) return -1;
    return join(network, CLONE_NEWNET);
}

int devenv_connect_local(int socket, const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    strcpy(address.sun_path, path);
    return connect(socket, (struct sockaddr *)&address, sizeof address);
}

int devenv_peer_process(int socket) {
    struct ucred peer;
    socklen_t length = sizeof peer;
    return getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0 ? peer.pid : -1;
}

static int write_all(int file, const char *bytes, ssize_t count) {
    while (count > 0) {
        ssize_t written = write(file, bytes, (size_t)count);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return -1;
        bytes += written;
        count -= written;
    }
    return 0;
}

// Carries what there is; 0 at the end, -1 where nothing can be carried any more.
static int carry(int from, int to) {
    static char buffer[256 * 1024];
    ssize_t count = read(from, buffer, sizeof buffer);
    if (count < 0) return errno == EINTR || errno == EAGAIN ? 1 : -1;
    if (count == 0) return 0;
    return write_all(to, buffer, count) == 0 ? 1 : -1;
}

int devenv_relay(int socket) {
    struct pollfd ends[2] = {{STDIN_FILENO, POLLIN, 0}, {socket, POLLIN, 0}};
    for (;;) {
        if (poll(ends, 2, -1) < 0) {
            if (errno == EINTR) continue;
            return -1;
        }
        if (ends[1].revents) {
            int state = carry(socket, STDOUT_FILENO);
            if (state <= 0) return state;
        }
        if (ends[0].revents && carry(STDIN_FILENO, socket) <= 0) {
            shutdown(socket, SHUT_WR);
            ends[0].fd = -1;
        }
    }
}
