/* listener.h: the sockets that connections arrive at, and who is at the other end. The one user of the socket API;
 * everything else goes through libuv. */
#ifndef VD_SERVE_LISTENER_H
#define VD_SERVE_LISTENER_H

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/failure.h"
#include "config/settings.h"

/* Opens `count` listening sockets on one address, one for each loop, among which the kernel spreads the connections
 * (socket(7), SO_REUSEPORT; libuv 1.44 does not set it). The address is taken without sharing first, so that a second
 * server on the same port is an error and not a silent partner.
 * Out: sockets: close them, or give them to a loop. *port: in host order, the chosen one when endpoint->port is 0.
 * VD_CONFIG (not a numeric address), VD_CONFLICT (in use), VD_UNAVAILABLE (not an address of this machine, or not
 * permitted), VD_IO. On error no socket is open. Any thread. */
VD_MUST_CHECK enum vd_error vd_listener_open(const struct vd_endpoint *endpoint, size_t count, int *sockets,
                                             uint16_t *port, struct vd_failure *failure);

/* Closes sockets that were not given to a loop. */
void vd_listener_close(const int *sockets, size_t count);

/* What counts as one address: an IPv4 address, or the first 64 bits of an IPv6 address, because a client has all of
 * the rest. An IPv4 address mapped into IPv6 counts as itself. Pure. */
void vd_listener_peer(const struct sockaddr *peer, uint8_t address[static 16]);

#endif
