#define _GNU_SOURCE // F_OFD_GETLK, SEEK_DATA, copy_file_range

#include "CHost.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

static volatile sig_atomic_t forward_descriptor = -1;

static void forward(int signal) {
    int saved = errno;
    unsigned char byte = (unsigned char)signal;
    // Full only when nobody reads any more: then one more signal changes nothing.
    (void)!write(forward_descriptor, &byte, 1);
    errno = saved;
}

int devenv_forward_signals(int descriptor) {
    static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
    forward_descriptor = descriptor;
    for (unsigned index = 0; index < sizeof signals / sizeof *signals; index++) {
        struct sigaction current, wanted = { .sa_handler = forward, .sa_flags = SA_RESTART };
        if (sigaction(signals[index], NULL, &current) != 0) return errno;
        if (current.sa_handler == SIG_IGN) continue;
        if (sigaction(signals[index], &wanted, NULL) != 0) return errno;
    }
    struct sigaction ignored = { .sa_handler = SIG_IGN };
    return sigaction(SIGPIPE, &ignored, NULL) == 0 ? 0 : errno;
}

int devenv_is_byte_locked(int descriptor, long offset) {
    struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = offset, .l_len = 1 };
    return fcntl(descriptor, F_OFD_GETLK, &lock) == 0 ? lock.l_type != F_UNLCK : -1;
}

int devenv_next_data(int descriptor, long offset, long *start, long *end) {
    *start = lseek(descriptor, offset, SEEK_DATA);
    if (*start < 0) return errno == ENXIO ? 0 : -1;
    *end = lseek(descriptor, *start, SEEK_HOLE);
    return *end < 0 ? -1 : 1;
}

long devenv_copy_range(int source, int target, long offset, long count) {
    off_t from = offset, to = offset;
    return copy_file_range(source, &from, target, &to, (size_t)count, 0);
}
