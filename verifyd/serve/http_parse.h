/* http_parse.h: the head of an HTTP/1.x request, strictly. The owner of http_parser.h.
 *
 * The library tokenises; the strictness is ours, because Debian builds it non-strict: it takes a bare LF for
 * a line end, a space before the colon and folded headers, each of them a way to make a proxy and a server
 * disagree about where a request ends (RFC 9112 sections 2.2, 5.1, 5.2, 11.2). A head is parsed only when it
 * is complete and contiguous, so that every field is a view into it and nothing is copied. Pure; any thread. */
#ifndef VD_SERVE_HTTP_PARSE_H
#define VD_SERVE_HTTP_PARSE_H

#include "serve/buffer.h"

#define VD_HTTP_HEADERS_MAX 64  /* header lines of a request */
#define VD_HTTP_TARGET_MAX 2048 /* bytes */

/* The methods that a route can have; everything else is VD_HTTP_OTHER. Bits, so that a route can have a set. */
enum vd_http_method { VD_HTTP_GET = 1, VD_HTTP_HEAD = 2, VD_HTTP_POST = 4, VD_HTTP_OTHER = 8 };

/* How the body's end is marked. */
enum vd_http_framing { VD_HTTP_NO_BODY, VD_HTTP_LENGTH, VD_HTTP_CHUNKED };

struct vd_http_header {
  struct vd_span name;
  struct vd_span value; /* without surrounding white space */
};

struct vd_http_head {
  enum vd_http_method method;
  struct vd_span target; /* as sent */
  struct vd_span path;   /* of the target: without scheme, authority and query; starts with '/' */
  unsigned minor;        /* HTTP/1.minor: 0 or 1 */
  size_t header_count;
  struct vd_http_header headers[VD_HTTP_HEADERS_MAX];
  enum vd_http_framing framing;
  uint64_t content_length; /* bytes; for VD_HTTP_LENGTH */
  bool keep_alive;         /* the client wants the connection kept */
  bool expects_continue;   /* Expect: 100-continue */
};

/* Looks for the empty line that ends a head. `from` is where an earlier search stopped, at first 0.
 * Returns the head's length in bytes, or 0 when it is not complete. */
size_t vd_http_head_end(const char *bytes, size_t len, size_t from);

/* The status for a head that is still incomplete after `len` bytes: 0 while it may still become acceptable,
 * else 414 (the target goes on beyond VD_HTTP_TARGET_MAX) or 431 (`limit` bytes and no end). */
unsigned vd_http_head_too_large(const char *bytes, size_t len, size_t limit);

/* Parses a complete head of `len` bytes, with its empty line.
 * Out: *head, views into `bytes`; unspecified unless 0 is returned.
 * Returns 0, or the status to refuse the request with: 400 (malformed; more than one Host, Content-Length or
 * Transfer-Encoding; Content-Length and Transfer-Encoding together; chunked in HTTP/1.0), 414, 417 (an
 * expectation other than 100-continue), 431 (too many headers), 501 (a transfer coding other than chunked,
 * CONNECT, or a method nobody has heard of), 505. */
unsigned vd_http_head_parse(struct vd_http_head *head, const char *bytes, size_t len);

/* The value of the first header of that name (any case), or {NULL, 0}. */
struct vd_span vd_http_header_value(const struct vd_http_head *head, const char *name);

/* The name of a method for the log: "GET", "HEAD", "POST" or "OTHER", never what the client sent. */
const char *vd_http_method_name(enum vd_http_method method);

#endif
