/* log.h: what the service writes to standard error: one line an event, `key=value` pairs, UTC.
 *
 *   time=2026-10-06T07:03:22.123Z level=info event=request method=POST route=verify_api status=200 bytes=812 …
 *
 * A line never holds a path, a query, a header, a body, an address or a name: only the names that are in the source.
 * Every thread has its own log, and a line is written whole, with one write or as part of one. */
#ifndef VD_SERVE_LOG_H
#define VD_SERVE_LOG_H

#include <stddef.h>
#include <stdint.h>

enum vd_log_level { VD_LOG_ERROR, VD_LOG_WARNING, VD_LOG_INFO };

#define VD_LOG_BUFFER 4096 /* bytes: a write of that size to a pipe is not mixed with others (pipe(7), PIPE_BUF) */

struct vd_log {
  int fd;
  enum vd_log_level level; /* lines less urgent than it are left out */
  size_t len;
  char lines[VD_LOG_BUFFER];
};

void vd_log_init(struct vd_log *log, int fd, enum vd_log_level level);

/* An event that is written at once. event: one word. format: further `key=value` pairs, or NULL; a value with spaces
 * stands in quotes, and nothing that a client sent or that is secret goes into it. Too long a line is cut. */
void vd_log_event(struct vd_log *log, enum vd_log_level level, const char *event, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

struct vd_log_request {
  const char *method; /* of vd_http_method_name */
  const char *route;  /* of the route table */
  unsigned status;
  uint64_t bytes; /* of the answer's body */
  uint64_t duration_us;
};

/* A request that was answered; kept until the buffer is full or vd_log_flush is called. */
void vd_log_request(struct vd_log *log, const struct vd_log_request *request);

/* Writes what was kept. A loop calls it before it waits. Lines that cannot be written are dropped. */
void vd_log_flush(struct vd_log *log);

#endif
