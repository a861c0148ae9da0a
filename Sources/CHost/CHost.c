#define _GNU_SOURCE // F_OFD_GETLK, SEEK_DATA, copy_file_range

#include "CHost.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/sendfile.h>
#include <sys/timex.h>
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

long devenv_send_file(int source, int target, long offset, long count) {
    off_t from = offset;
    return sendfile(target, source, &from, (size_t)count);
}

void devenv_begin_flushing(int file, long offset, long count) {
    (void)sync_file_range(file, offset, count, SYNC_FILE_RANGE_WRITE);
}

int devenv_pipe(int *reader, int *writer) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return -1;
    fcntl(ends[1], F_SETPIPE_SZ, 1 << 20);  // a smaller one does as well
    *reader = ends[0];
    *writer = ends[1];
    return 0;
}

long devenv_copy_range(int source, int target, long offset, long count) {
    off_t from = offset, to = offset;
    return copy_file_range(source, &from, target, &to, (size_t)count, 0);
}

int devenv_clock_is_kept(void) {
    struct timex clock = {0};
    if (adjtimex(&clock) < 0) return -1;
    return (clock.status & STA_UNSYNC) == 0;
}
