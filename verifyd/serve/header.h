/* header.h: what the values of the request headers mean that this service looks at (RFC 9110 sections 8.3,
 * 8.8.3, 12.5 and 13.1.2). Values come from anybody; whatever is malformed counts as absent. Pure; any thread. */
#ifndef VD_SERVE_HEADER_H
#define VD_SERVE_HEADER_H

#include "serve/buffer.h"

/* Whether an Accept-Encoding value allows gzip. An absent header does not. */
bool vd_header_accepts_gzip(struct vd_span accept_encoding);

/* Whether an If-None-Match value names the entity tag (with its quotes), by the weak comparison. */
bool vd_header_etag_matches(struct vd_span if_none_match, struct vd_span etag);

/* The languages that the pages exist in; the first is the default. */
enum vd_language { VD_KHMER, VD_ENGLISH, VD_FRENCH };
#define VD_LANGUAGE_COUNT 3

/* "km", "en" or "fr". */
const char *vd_language_tag(enum vd_language language);

/* The language with exactly that tag, any case; false, and VD_KHMER, for another. */
bool vd_language_find(struct vd_span tag, enum vd_language *language);

/* The language that an Accept-Language value prefers; VD_KHMER when it names none of ours. */
enum vd_language vd_header_language(struct vd_span accept_language);

/* A Content-Type value. Views into it. */
struct vd_media_type {
  struct vd_span type;     /* "image/png", as sent: compare without case */
  struct vd_span boundary; /* the parameter of that name, without quotes; {NULL, 0} when absent */
};
struct vd_media_type vd_header_media_type(struct vd_span content_type);

#endif
