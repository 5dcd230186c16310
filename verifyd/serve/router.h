/* router.h: which handler answers which request. The table itself is the service's (routes.h) or a test's. */
#ifndef VD_SERVE_ROUTER_H
#define VD_SERVE_ROUTER_H

#include "json/problem.h"
#include "serve/http_parse.h"

struct vd_exchange;

/* kind, media type, whether it may carry a picture and so be as large as one */
#define VD_BODY_LIST(X) \
  X(VD_BODY_JSON, "application/json", false) \
  X(VD_BODY_FORM, "application/x-www-form-urlencoded", false) \
  X(VD_BODY_MULTIPART, "multipart/form-data", true) \
  X(VD_BODY_PNG, "image/png", true) \
  X(VD_BODY_JPEG, "image/jpeg", true)

enum vd_body_kind {
#define VD_BODY_ENUM(kind, media_type, picture) kind,
  VD_BODY_LIST(VD_BODY_ENUM)
#undef VD_BODY_ENUM
      VD_BODY_KINDS
};
#define VD_BODY_BIT(kind) (1u << (kind))

struct vd_route {
  const char *name; /* one word, for the log and the metrics */
  const char *path; /* exact; or ending in '*', which stands for any rest */
  unsigned methods; /* VD_HTTP_GET (HEAD comes with it) or VD_HTTP_POST, or both */
  unsigned bodies;  /* of POST: VD_BODY_BIT of every kind it takes */

  /* Fills exchange->response, or defers (exchange.h). On the loop; must not wait for anything. */
  void (*answer)(struct vd_exchange *exchange);

  /* Fills the response for a request that was refused before or instead of `answer`; NULL: a problem in JSON. */
  void (*refuse)(struct vd_exchange *exchange, enum vd_problem problem, const char *detail);
};

/* The first route whose path matches, or NULL. Pure. */
const struct vd_route *vd_router_find(const struct vd_route *routes, size_t count, struct vd_span path);

/* Whether the route answers that method. Pure. */
bool vd_router_allows(const struct vd_route *route, enum vd_http_method method);

/* The kind of body that a media type names, if the route takes it; false otherwise. Pure. */
bool vd_router_body(const struct vd_route *route, struct vd_span media_type, enum vd_body_kind *kind);

/* Whether a body of that kind may be as large as a picture. Pure. */
bool vd_body_carries_picture(enum vd_body_kind kind);

#endif
