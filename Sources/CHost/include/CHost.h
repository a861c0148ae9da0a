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

/// Whether another open file of any process has locked one byte, F_OFD_GETLK of fcntl(2): 1, 0, or -1 and errno.
int devenv_is_byte_locked(int descriptor, long offset);

/// Finds the next stretch of a file that is no hole, at an offset or after it, lseek(2): 1, 0 where only a hole follows, or -1
/// and errno.
int devenv_next_data(int descriptor, long offset, long *start, long *end);

/// Copies bytes to the same offset of another file without leaving the kernel, which shares blocks where the file system can,
/// copy_file_range(2): how many, or -1 and errno.
long devenv_copy_range(int source, int target, long offset, long count);

/// sendfile(2) from an offset of the source on.
long devenv_send_file(int source, int target, long offset, long count);

/// Has the kernel begin to bring a part of a file to the disk (sync_file_range(2)); whoever flushes it later waits for less. What
/// comes of it, if anything, is of no matter.
void devenv_begin_flushing(int file, long offset, long count);

/// pipe2(2) with O_CLOEXEC, as large as a user may make it up to a mebibyte.
int devenv_pipe(int *reader, int *writer);

/// From now on writes the number of each SIGINT, SIGTERM and SIGHUP as one byte to the descriptor. A signal that is ignored
/// now, as under nohup(1), stays ignored. SIGPIPE is ignored: writing to a closed pipe is an error like any other.
/// Returns 0, or the errno of sigaction(2).
int devenv_forward_signals(int descriptor);

/// Whether the kernel's clock is kept right by something, adjtimex(2): 1 or 0, -1 where that can't be told.
int devenv_clock_is_kept(void);

#endif
