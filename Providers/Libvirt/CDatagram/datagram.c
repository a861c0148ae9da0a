#include "datagram.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

int devenv_tell_destinations(int socket) {
    int on = 1;
    return setsockopt(socket, IPPROTO_IP, IP_PKTINFO, &on, sizeof on);
}

ptrdiff_t devenv_receive_datagram(int socket, void *bytes, size_t size, struct devenv_datagram_path *path) {
    struct sockaddr_in from = { 0 };
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(struct in_pktinfo))];
    struct iovec content = { .iov_base = bytes, .iov_len = size };
    struct msghdr message = {
        .msg_name = &from, .msg_namelen = sizeof from, .msg_iov = &content, .msg_iovlen = 1,
        .msg_control = control, .msg_controllen = sizeof control,
    };
    ssize_t count = recvmsg(socket, &message, MSG_DONTWAIT);
    if (count < 0) return count;
    *path = (struct devenv_datagram_path) { .from = from.sin_addr.s_addr, .port = from.sin_port };
    for (struct cmsghdr *part = CMSG_FIRSTHDR(&message); part != NULL; part = CMSG_NXTHDR(&message, part)) {
        if (part->cmsg_level != IPPROTO_IP || part->cmsg_type != IP_PKTINFO) continue;
        struct in_pktinfo info;
        memcpy(&info, CMSG_DATA(part), sizeof info);
        path->to = info.ipi_addr.s_addr;
    }
    return count;
}

ptrdiff_t devenv_return_datagram(int socket, const void *bytes, size_t size, const struct devenv_datagram_path *path) {
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = path->port, .sin_addr.s_addr = path->from };
    struct in_pktinfo info = { .ipi_spec_dst.s_addr = path->to };
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof info)];
    memset(control, 0, sizeof control);
    struct iovec content = { .iov_base = (void *)bytes, .iov_len = size };
    struct msghdr message = {
        .msg_name = &to, .msg_namelen = sizeof to, .msg_iov = &content, .msg_iovlen = 1,
        .msg_control = control, .msg_controllen = sizeof control,
    };
    struct cmsghdr *part = CMSG_FIRSTHDR(&message);
    part->cmsg_level = IPPROTO_IP;
    part->cmsg_type = IP_PKTINFO;
    part->cmsg_len = CMSG_LEN(sizeof info);
    memcpy(CMSG_DATA(part), &info, sizeof info);
    return sendmsg(socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
}
