// System headers that Swift's Glibc module leaves out.
#ifndef DEVENV_CHOST_H
#define DEVENV_CHOST_H

#include <fts.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/prctl.h>
#include <sys/xattr.h>

#endif
