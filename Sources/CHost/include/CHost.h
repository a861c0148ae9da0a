// System headers that Swift's Glibc module leaves out.
#ifndef DEVENV_CHOST_H
#define DEVENV_CHOST_H

#include <fts.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/prctl.h>
#include <sys/xattr.h>

/// Names the calling thread, for ps(1) and debuggers; prctl(2) is variadic and so out of Swift's reach.
static inline int devenv_name_this_thread(const char *name) { return prctl(PR_SET_NAME, name, 0, 0, 0); }

/// A file without a name, closed on exec(2): memfd_create(2), which glibc declares only for _GNU_SOURCE.
int memfd_create(const char *name, unsigned int flags);
static inline int devenv_anonymous_file(const char *name) { return memfd_create(name, 1U /* MFD_CLOEXEC */); }

#endif
