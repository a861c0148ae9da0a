// The few system calls of Linux that Swift's Glibc module leaves out.
//
// Each function returns -1 and sets errno where it fails, like the call that it wraps.
#ifndef DEVENV_SYSCALLS_H
#define DEVENV_SYSCALLS_H

// Makes a user namespace with these maps, lines of user_namespaces(7): id inside, id outside, count. Returns its descriptor.
int devenv_mapped_namespace(const char *users, const char *groups);

// Makes a user namespace in which ids from 0 to count-1 are first to first+count-1 outside. Returns its descriptor.
int devenv_user_namespace(unsigned first, unsigned count);

// Copies the mount that a directory is on, that directory as its root, with ids shifted as the user namespace says and
// read-only. Returns the copy's descriptor; it is attached nowhere yet. See open_tree(2), mount_setattr(2).
int devenv_idmapped_copy(const char *directory, int user_namespace);

// The same of a directory or a file, read-only or not, without devices and set-user-ID; with ids as they are where the user
// namespace is negative.
int devenv_bind_copy(const char *path, int user_namespace, int read_only);

// Copies the mount that is the root directory of a process in a mount namespace of its own. Returns the copy's descriptor; it is
// attached nowhere yet. See setns(2), open_tree(2).
int devenv_root_mount_of_process(int process);

// Attaches a mount from one of the above to a directory. See move_mount(2).
int devenv_attach_mount(int mount, const char *directory);

// Mounts an overlay file system. See mount(2).
int devenv_mount_overlay(const char *target, const char *options);

// Unmounts without following a symbolic link at the target; a lazy one succeeds while it is in use. See umount2(2).
int devenv_unmount(const char *target, int lazy);

// Opens a path below a directory as if that directory were the root: no link and no .. leads out of it. See openat2(2).
int devenv_open_in_root(int root, const char *path, int flags, unsigned mode);

// Opens a process. See pidfd_open(2).
int devenv_open_process(int process);

// Sends a signal to an open process. See pidfd_send_signal(2).
int devenv_signal_process(int descriptor, int signal);

// Writes a setting, a file below /proc/sys/net, of a network namespace that this process is not in. See setns(2).
int devenv_set_in_network(int network, const char *path, const char *value);

// Writes all that was changed in the file system of a path to its disk. See syncfs(2).
int devenv_flush_file_system(const char *path);

// Whether a directory of an overlay hides what lies under it: 1 or 0. ENOTSUP for what is not a plain yes. See
// Documentation/filesystems/overlayfs.rst of the kernel, "whiteouts and opaque directories".
int devenv_is_opaque(const char *directory);

// Makes a directory of an overlay hide what lies under it.
int devenv_make_opaque(const char *directory);

// Gives a directory the times of another.
int devenv_copy_times(const char *from, const char *to);

// Gives a directory all extended attributes of another, but for those that only mean something where overlayfs has put them.
// ENOTSUP for one that overlayfs has renamed: its content is elsewhere. See xattr(7).
int devenv_copy_attributes(const char *from, const char *to);

// Joins the user and the mount namespace of a process and stays in the working directory. Only before a process has a second
// thread. See setns(2).
int devenv_join_realm(int process);

// Joins the network namespace of a process, and its user namespace where this process is in another one. Only before a process
// has a second thread. See setns(2).
int devenv_join_network(int process);

// Connects a socket to the local one at a path of at most 107 bytes. See unix(7).
int devenv_connect_local(int socket, const char *path);

// The process at the other end of a connected local socket. See SO_PEERCRED in socket(7).
int devenv_peer_process(int socket);

// Carries bytes from the standard input to a socket and back, until the socket's other end sends no more.
int devenv_relay(int socket);

// Whether the file system of a directory keeps the files of projects within limits: 1 or 0. See quotactl(2), Q_XGETQSTATV.
int devenv_limits_projects(const char *directory);

// Sets how much room the files of a project may take up on the file system of a directory; 0 for as much as there is. See
// quotactl(2), Q_SETQUOTA.
int devenv_limit_project(const char *directory, unsigned project, unsigned long long kibibytes);

// Reads how much room the files of a project may take up on the file system of a directory, 0 for no limit, and how many files it
// has. See quotactl(2), Q_GETQUOTA.
int devenv_project_usage(
    const char *directory, unsigned project, unsigned long long *kibibytes, unsigned long long *files);

// Reads the project that a directory belongs to, 0 for none. See FS_IOC_FSGETXATTR in ioctl_xfs_fsgetxattr(2).
int devenv_project(const char *directory, unsigned *project);

// Makes a directory belong to a project, with all that is made in it from now on. See FS_XFLAG_PROJINHERIT there.
int devenv_set_project(const char *directory, unsigned project);

#endif
