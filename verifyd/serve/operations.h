/* operations.h: the port for those who run the service: /healthz, /readyz, /metrics and a status page at /. The owner
 * of civetweb.h, whose threads this uses: two of them, on loopback only, because civetweb waits for slow clients. Says
 * nothing about clients or documents, and takes no commands. */
#ifndef VD_SERVE_OPERATIONS_H
#define VD_SERVE_OPERATIONS_H

#include "base/failure.h"
#include "config/settings.h"
#include "serve/buffer.h"

struct vd_operations;

struct vd_operations_options {
  struct vd_endpoint endpoint; /* 127.0.0.0/8; port 0 takes a free one */
  const char *version;         /* of the program, for the status page */
  const void *context;         /* for the callbacks; outlives the port */

  /* Writes the metrics, Prometheus text. On a thread of civetweb's, as is `ready`; several at a time. */
  void (*metrics)(const void *context, struct vd_buffer *out);

  /* Whether the service can give verdicts; writes lines of text that say what it found. */
  bool (*ready)(const void *context, struct vd_buffer *out);
};

/* Starts. Out: *operations, owned by the caller; NULL on error. *port: in host order.
 * Errors: VD_CONFIG (not an IPv4 loopback address: Debian's civetweb has no IPv6), VD_UNAVAILABLE (the port is taken or
 * not permitted), VD_MEMORY, VD_INTERNAL. */
VD_MUST_CHECK enum vd_error vd_operations_new(const struct vd_operations_options *options,
                                              struct vd_operations **operations, uint16_t *port,
                                              struct vd_failure *failure);

/* Stops and frees, after the requests under way. NULL is allowed. */
void vd_operations_free(struct vd_operations *operations);

#endif
