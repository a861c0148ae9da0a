// Limits on the files of a project. On their own, as the kernel's <linux/fs.h> and <sys/mount.h> can't be had together.
#define _GNU_SOURCE
#include "CSyscalls.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/dqblk_xfs.h>
#include <linux/fs.h>
#include <linux/quota.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

// The result of a call on an open directory, which is closed with errno as the call has left it.
static int finish(int file, int result) {
    int error = errno;
    close(file);
    errno = error;
    return result;
}

static int open_directory(const char *path) { return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW); }

static int project_quota(const char *directory, int command, unsigned project, void *value) {
    int file = open_directory(directory);
    if (file < 0) return -1;
    return finish(file, (int)syscall(SYS_quotactl_fd, file, QCMD(command, PRJQUOTA), project, value));
}

int devenv_limits_projects(const char *directory) {
    struct fs_quota_statv state = {.qs_version = FS_QSTATV_VERSION1};
    if (project_quota(directory, Q_XGETQSTATV, 0, &state) != 0) return 0;
    return (state.qs_flags & FS_QUOTA_PDQ_ENFD) != 0;
}

int devenv_limit_project(const char *directory, unsigned project, unsigned long long kibibytes) {
    struct if_dqblk limits = {.dqb_bhardlimit = kibibytes, .dqb_bsoftlimit = kibibytes, .dqb_valid = QIF_BLIMITS};
    return project_quota(directory, Q_SETQUOTA, project, &limits);
}

int devenv_project_usage(
    const char *directory, unsigned project, unsigned long long *kibibytes, unsigned long long *files) {
    struct if_dqblk state;
    memset(&state, 0, sizeof state);
    // where nothing is known of a project, xfs says so
    if (project_quota(directory, Q_GETQUOTA, project, &state) != 0 && errno != ENOENT) return -1;
    *kibibytes = state.dqb_bhardlimit;
    *files = state.dqb_curinodes;
    return 0;
}

int devenv_project(const char *directory, unsigned *project) {
    struct fsxattr attributes;
    int file = open_directory(directory);
    if (file < 0) return -1;
    int result = finish(file, ioctl(file, FS_IOC_FSGETXATTR, &attributes));
    // a file system that knows no such attributes has no projects
    if (result != 0 && errno != ENOTTY && errno != EOPNOTSUPP) return -1;
    *project = result == 0 ? attributes.fsx_projid : 0;
    return 0;
}

int devenv_set_project(const char *directory, unsigned project) {
    struct fsxattr attributes;
    int file = open_directory(directory);
    if (file < 0) return -1;
    int result = ioctl(file, FS_IOC_FSGETXATTR, &attributes);
    if (result == 0) {
        attributes.fsx_projid = project;
        attributes.fsx_xflags |= FS_XFLAG_PROJINHERIT;
        result = ioctl(file, FS_IOC_FSSETXATTR, &attributes);
    }
    return finish(file, result);
}
