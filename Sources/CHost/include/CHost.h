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

#endif
