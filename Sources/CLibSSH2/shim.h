#include <libssh2.h>
#include <errno.h>
#include <sys/socket.h>
