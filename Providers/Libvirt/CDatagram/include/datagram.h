// Datagrams with the address of ours that they were sent to (ip(7), IP_PKTINFO): the macros that read it are out of Swift's
// reach. A socket that is bound to all addresses must answer from the one that it was asked at, or a client that has
// connected its socket does not take the answer.
#pragma once

#include <stddef.h>
#include <stdint.h>

/// Who sent a datagram to which of our addresses; all in the byte order of the network.
struct devenv_datagram_path {
    uint32_t from;
    uint32_t to;
    uint16_t port;
};

/// Has a socket tell where datagrams were sent to. Returns 0, or -1 with errno.
int devenv_tell_destinations(int socket);

/// Receives a datagram without waiting. Returns its length, or -1 with errno.
ptrdiff_t devenv_receive_datagram(int socket, void *bytes, size_t size, struct devenv_datagram_path *path);

/// Sends a datagram back to where those of a path come from, without waiting. Returns its length, or -1 with errno.
ptrdiff_t devenv_return_datagram(int socket, const void *bytes, size_t size, const struct devenv_datagram_path *path);
