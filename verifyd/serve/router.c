#include "serve/router.h"

#include <string.h>

static const struct {
  struct vd_span media_type;
  bool picture;
} bodies[VD_BODY_KINDS] = {
#define BODY_ROW(kind, media_type, picture) {{media_type, sizeof media_type - 1}, picture},
    VD_BODY_LIST(BODY_ROW)
#undef BODY_ROW
};

static bool path_matches(const char *pattern, struct vd_span path) {
  size_t len = strlen(pattern);
  if (len > 0 && pattern[len - 1] == '*') return path.len >= len - 1 && memcmp(path.text, pattern, len - 1) == 0;
  return vd_span_equal(path, (struct vd_span){pattern, len});
}

const struct vd_route *vd_router_find(const struct vd_route *routes, size_t count, struct vd_span path) {
  for (size_t i = 0; i < count; i++)
    if (path_matches(routes[i].path, path)) return &routes[i];
  return NULL;
}

bool vd_router_allows(const struct vd_route *route, enum vd_http_method method) {
  if (method == VD_HTTP_HEAD) return (route->methods & VD_HTTP_GET) != 0;
  return method != VD_HTTP_OTHER && (route->methods & (unsigned)method) != 0;
}

bool vd_router_body(const struct vd_route *route, struct vd_span media_type, enum vd_body_kind *kind) {
  for (unsigned i = 0; i < VD_BODY_KINDS; i++) {
    if ((route->bodies & VD_BODY_BIT(i)) == 0 || !vd_span_equal_nocase(media_type, bodies[i].media_type)) continue;
    *kind = (enum vd_body_kind)i;
    return true;
  }
  return false;
}

bool vd_body_carries_picture(enum vd_body_kind kind) { return bodies[kind].picture; }
