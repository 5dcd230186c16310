/* router.h: which handler answers which request. The table itself is the service's (routes.h) or a test's. */
#ifndef VD_SERVE_ROUTER_H
#define VD_SERVE_ROUTER_H

#include "config/settings.h"
#include "json/problem.h"
#include "serve/http_parse.h"

struct vd_exchange;

/* How large a body may be. */
enum vd_body_size {
  VD_BODY_SMALL,    /* limits.body_bytes */
  VD_BODY_PICTURE,  /* limits.picture_bytes */
  VD_BODY_SUBMITTED /* VD_SUBMISSION_BYTES_MAX */
};

/* kind, media type ("*": whatever it says it is, or nothing), size */
#define VD_BODY_LIST(X) \
  X(VD_BODY_JSON, "application/json", VD_BODY_SMALL) \
  X(VD_BODY_FORM, "application/x-www-form-urlencoded", VD_BODY_SMALL) \
  X(VD_BODY_MULTIPART, "multipart/form-data", VD_BODY_PICTURE) \
  X(VD_BODY_PNG, "image/png", VD_BODY_PICTURE) \
  X(VD_BODY_JPEG, "image/jpeg", VD_BODY_PICTURE) \
  X(VD_BODY_LOOKUP, "application/octet-stream", VD_BODY_SMALL) \
  X(VD_BODY_SUBMISSION, "application/octet-stream", VD_BODY_SUBMITTED) \
  X(VD_BODY_ANY, "*", VD_BODY_SMALL)

enum vd_body_kind {
#define VD_BODY_ENUM(kind, media_type, size) kind,
  VD_BODY_LIST(VD_BODY_ENUM)
#undef VD_BODY_ENUM
      VD_BODY_KINDS
};
#define VD_BODY_BIT(kind) (1u << (kind))

struct vd_route {
  const char *name; /* one word, for the log and the metrics */
  const char *path; /* exact; or with one '*': at the end it stands for any rest, elsewhere for one part of a path */
  unsigned methods; /* VD_HTTP_GET (HEAD comes with it) or VD_HTTP_POST, or both */
  unsigned bodies;  /* of POST: VD_BODY_BIT of every kind it takes */

  /* Fills exchange->response, or defers (exchange.h). On the loop; must not wait for anything. NULL: this service does
   * not have it, and there is nothing at this address. */
  void (*answer)(struct vd_exchange *exchange);

  /* Fills the response for a request that was refused before or instead of `answer`; NULL: a problem in JSON. */
  void (*refuse)(struct vd_exchange *exchange, enum vd_problem problem, const char *detail);
};

/* The first route whose path matches, or NULL when there is none or it has no `answer`. Pure. */
const struct vd_route *vd_router_find(const struct vd_route *routes, size_t count, struct vd_span path);

/* Whether the route answers that method. Pure. */
bool vd_router_allows(const struct vd_route *route, enum vd_http_method method);

/* The kind of body that a media type ({NULL, 0}: absent) names, if the route takes it; false otherwise. Pure. */
bool vd_router_body(const struct vd_route *route, struct vd_span media_type, enum vd_body_kind *kind);

/* The most bytes that a body of that kind may have. Pure. */
size_t vd_router_body_max(enum vd_body_kind kind, const struct vd_limits *limits);

#endif
