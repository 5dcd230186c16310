/* response.h: an answer, and the bytes of its head. Every answer of the public port carries the same security
 * headers; what differs is in the struct. Not for several threads at a time. */
#ifndef VD_SERVE_RESPONSE_H
#define VD_SERVE_RESPONSE_H

#include "json/problem.h"
#include "serve/buffer.h"

#define VD_RESPONSE_BODY_MAX (256 * 1024) /* bytes of an answer that a handler writes */
#define VD_RESPONSE_HEAD_MAX 2048         /* bytes */
#define VD_DATE_SIZE 30                   /* "Sun, 06 Nov 1994 08:49:37 GMT" and NUL */

struct vd_response {
  unsigned status;
  const char *media_type;    /* Content-Type; NULL when there is no body. Outlives the answer, as do all here. */
  const char *cache_control; /* NULL: no-store */
  const char *language;      /* Content-Language, or NULL */
  struct vd_span etag;       /* with its quotes, or {NULL, 0} */
  bool gzip;                 /* Content-Encoding: gzip */
  bool varies;               /* Vary: Accept-Encoding */
  bool any_origin;           /* Access-Control-Allow-Origin: *, for public data that pages of others may read */
  bool allow_get;            /* for 405: Allow names GET and HEAD */
  bool allow_post;           /* for 405: Allow names POST */
  unsigned retry_after_s;    /* 0: no such header */
  const void *fixed_body;    /* a body that outlives the answer; NULL: `body` */
  size_t fixed_body_len;     /* bytes */
  void (*release)(void *released); /* called with the following when the answer is over or dropped; NULL: nothing */
  void *released;
  struct vd_buffer body;     /* written by the handler; wiped after every answer */
};

/* For the connection: once, before the first answer; between two answers; at the end. */
void vd_response_init(struct vd_response *response);
void vd_response_reset(struct vd_response *response);
void vd_response_free(struct vd_response *response);

/* Makes it a failed request: application/problem+json (RFC 9457) with `detail`, as for vd_problem_write. What was
 * in the response before is wiped. */
void vd_response_problem(struct vd_response *response, enum vd_problem problem, const char *detail);

/* Turns an answer whose body could not be written (no memory, or over VD_RESPONSE_BODY_MAX) into a 500 problem. */
void vd_response_check(struct vd_response *response);

/* The body's length in bytes, whichever body it is. */
size_t vd_response_body_len(const struct vd_response *response);

enum vd_connection_header { VD_CONNECTION_CLOSE, VD_CONNECTION_KEEP, VD_CONNECTION_KEEP_1_0 };

/* Writes status line and headers to `out`. date: the Date header's value. Returns the bytes written; what is
 * in a response always fits (asserted). */
size_t vd_response_head(const struct vd_response *response, enum vd_connection_header connection,
                        const char date[static VD_DATE_SIZE], char out[static VD_RESPONSE_HEAD_MAX]);

/* "Not Found" for 404; "" for a status that this server does not send. */
const char *vd_status_reason(unsigned status);

/* The Date header's value (RFC 9110 section 5.6.7), `now_s` in Unix seconds. */
void vd_date_format(char date[static VD_DATE_SIZE], int64_t now_s);

#endif
