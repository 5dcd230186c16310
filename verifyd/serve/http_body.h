/* http_body.h: where a request's body ends: a counted length or the chunked coding (RFC 9112 section 7.1).
 *
 * Ours and not the parser library's, which as Debian builds it takes any byte for the LF of a chunk line.
 * Chunk extensions and trailers are refused: no client of this service has a use for them. Pure; any thread. */
#ifndef VD_SERVE_HTTP_BODY_H
#define VD_SERVE_HTTP_BODY_H

#include "serve/http_parse.h"

enum vd_chunk_phase {
  VD_CHUNK_SIZE,    /* in the digits of a chunk size */
  VD_CHUNK_SIZE_LF, /* the LF after them */
  VD_CHUNK_DATA,    /* in a chunk's bytes, `remaining` of them left */
  VD_CHUNK_DATA_CR,
  VD_CHUNK_DATA_LF,
  VD_CHUNK_LAST_CR, /* the empty line after the chunk of size 0 */
  VD_CHUNK_LAST_LF
};

struct vd_http_body {
  enum vd_http_framing framing;
  enum vd_chunk_phase phase;
  unsigned digits;    /* of the chunk size so far */
  uint64_t remaining; /* bytes of the body, or of the chunk */
  bool complete;
};

/* Ready for the body of that head; complete at once when there is none. */
void vd_http_body_start(struct vd_http_body *body, const struct vd_http_head *head);

enum vd_body_result {
  VD_BODY_OK,        /* all `len` bytes were used, or the body is complete */
  VD_BODY_MALFORMED, /* not the chunked coding */
  VD_BODY_TOO_LARGE  /* more than `out` may hold, or no memory */
};

/* Takes up to `len` received bytes, appends the content to `out` and stops at the end of the body.
 * Out: *used, how many bytes belonged to it; body->complete. */
enum vd_body_result vd_http_body_feed(struct vd_http_body *body, const char *bytes, size_t len, size_t *used,
                                      struct vd_buffer *out);

#endif
