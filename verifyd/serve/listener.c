#include "serve/listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

enum { BACKLOG = 1024 };

union address {
  struct sockaddr any;
  struct sockaddr_in v4;
  struct sockaddr_in6 v6;
};

static socklen_t address_len(const union address *address) {
  return address->any.sa_family == AF_INET6 ? sizeof address->v6 : sizeof address->v4;
}

static enum vd_error read_address(const struct vd_endpoint *endpoint, union address *address,
                                  struct vd_failure *failure) {
  memset(address, 0, sizeof *address);
  if (inet_pton(AF_INET, endpoint->host, &address->v4.sin_addr) == 1) {
    address->v4.sin_family = AF_INET;
    address->v4.sin_port = htons(endpoint->port);
    return VD_OK;
  }
  if (inet_pton(AF_INET6, endpoint->host, &address->v6.sin6_addr) == 1) {
    address->v6.sin6_family = AF_INET6;
    address->v6.sin6_port = htons(endpoint->port);
    return VD_OK;
  }
  return vd_fail(failure, VD_CONFIG, "listen: %s is not a numeric IPv4 or IPv6 address", endpoint->host);
}

static enum vd_error fail_system(const struct vd_endpoint *endpoint, uint16_t port, struct vd_failure *failure) {
  int reason = errno;
  enum vd_error error = reason == EADDRINUSE                          ? VD_CONFLICT
                        : reason == EADDRNOTAVAIL || reason == EACCES ? VD_UNAVAILABLE
                                                                      : VD_IO;
  return vd_fail(failure, error, "cannot listen on %s port %u: %s", endpoint->host, port, strerror(reason));
}

static int open_socket(const union address *address, int share) {
  int on = 1;
  int fd = socket(address->any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
      setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &share, sizeof share) == 0 &&
      bind(fd, &address->any, address_len(address)) == 0)
    return fd;
  int reason = errno;
  (void)close(fd);
  errno = reason;
  return -1;
}

/* Fails when anybody has the port, and fills in the port when any will do. */
static int claim_port(union address *address) {
  socklen_t len = sizeof *address;
  int fd = open_socket(address, 0);
  if (fd < 0) return -1;
  int result = listen(fd, 1) == 0 && getsockname(fd, &address->any, &len) == 0 ? 0 : -1;
  int reason = errno;
  (void)close(fd);
  errno = reason;
  return result;
}

static uint16_t port_of(const union address *address) {
  return ntohs(address->any.sa_family == AF_INET6 ? address->v6.sin6_port : address->v4.sin_port);
}

enum vd_error vd_listener_open(const struct vd_endpoint *endpoint, size_t count, int *sockets, uint16_t *port,
                               struct vd_failure *failure) {
  union address address;
  enum vd_error error = read_address(endpoint, &address, failure);
  if (error != VD_OK) return error;
  if (claim_port(&address) != 0) return fail_system(endpoint, endpoint->port, failure);
  *port = port_of(&address);
  for (size_t i = 0; i < count; i++) {
    sockets[i] = open_socket(&address, 1);
    if (sockets[i] >= 0 && listen(sockets[i], BACKLOG) == 0) continue;
    error = fail_system(endpoint, *port, failure);
    vd_listener_close(sockets, sockets[i] >= 0 ? i + 1 : i);
    return error;
  }
  return VD_OK;
}

void vd_listener_close(const int *sockets, size_t count) {
  for (size_t i = 0; i < count; i++) (void)close(sockets[i]);
}

void vd_listener_peer(const struct sockaddr *peer, uint8_t address[static 16]) {
  memset(address, 0, 16);
  if (peer->sa_family == AF_INET) {
    memcpy(address + 12, &((const struct sockaddr_in *)(const void *)peer)->sin_addr, 4);
  } else if (peer->sa_family == AF_INET6) {
    const struct in6_addr *v6 = &((const struct sockaddr_in6 *)(const void *)peer)->sin6_addr;
    if (IN6_IS_ADDR_V4MAPPED(v6)) memcpy(address + 12, v6->s6_addr + 12, 4);
    else memcpy(address, v6->s6_addr, 8);
  }
}
