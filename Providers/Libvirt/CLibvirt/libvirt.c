#define _GNU_SOURCE
#include "shim.h"

#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <time.h>

#define FIND(name) \
    if (!(*(void **)&table.name = dlsym(library, #name))) { \
        *reason = dlerror(); \
        return NULL; \
    }

const struct devenv_libvirt *devenv_libvirt_load(const char **reason) {
    static struct devenv_libvirt table;
    // RTLD_LOCAL, so that no function of the libraries that libvirt brings along can stand in for one of ours. Never
    // closed: libvirt has threads and thread-local data.
    void *library = dlopen("libvirt.so.0", RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        *reason = dlerror();
        return NULL;
    }
    DEVENV_LIBVIRT_FUNCTIONS(FIND)
    return &table;
}

const struct devenv_libvirt_qemu *devenv_libvirt_qemu_load(const char **reason) {
    static struct devenv_libvirt_qemu table;
    void *library = dlopen("libvirt-qemu.so.0", RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        *reason = dlerror();
        return NULL;
    }
    DEVENV_LIBVIRT_QEMU_FUNCTIONS(FIND)
    return &table;
}

static void *deliver(void *run) {
    pthread_setname_np(pthread_self(), "libvirt events");
    const struct timespec pause = {.tv_nsec = 10 * 1000 * 1000};
    for (;;) {
        // a round that fails would fail again at once: don't spin
        if (((int (*)(void))run)() < 0) nanosleep(&pause, NULL);
    }
    return NULL;
}

int devenv_libvirt_deliver_events(int (*run)(void)) {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_t thread;
    int status = pthread_create(&thread, NULL, deliver, (void *)run);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (status == 0) pthread_detach(thread);
    return status;
}
