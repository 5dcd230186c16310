#include "serve/router.h"

#include <string.h>

#include "wire/submission.h"

static const struct {
  struct vd_span media_type;
  enum vd_body_size size;
} bodies[VD_BODY_KINDS] = {
#define BODY_ROW(kind, media_type, size) {{media_type, sizeof media_type - 1}, size},
    VD_BODY_LIST(BODY_ROW)
#undef BODY_ROW
};

static bool path_matches(const char *pattern, struct vd_span path) {
  const char *star = strchr(pattern, '*');
  size_t before = star == NULL ? strlen(pattern) : (size_t)(star - pattern);
  if (path.len < before || memcmp(path.text, pattern, before) != 0) return false;
  if (star == NULL) return path.len == before;
  if (star[1] == '\0') return true;
  size_t after = strlen(star + 1);
  if (path.len < before + after || memcmp(path.text + path.len - after, star + 1, after) != 0) return false;
  size_t part = path.len - before - after;
  return part > 0 && memchr(path.text + before, '/', part) == NULL;
}

const struct vd_route *vd_router_find(const struct vd_route *routes, size_t count, struct vd_span path) {
  for (size_t i = 0; i < count; i++)
    if (path_matches(routes[i].path, path)) return routes[i].answer != NULL ? &routes[i] : NULL;
  return NULL;
}

bool vd_router_allows(const struct vd_route *route, enum vd_http_method method) {
  if (method == VD_HTTP_HEAD) return (route->methods & VD_HTTP_GET) != 0;
  return method != VD_HTTP_OTHER && (route->methods & (unsigned)method) != 0;
}

static bool is_of_kind(struct vd_span media_type, unsigned kind) {
  return kind == VD_BODY_ANY || vd_span_equal_nocase(media_type, bodies[kind].media_type);
}

bool vd_router_body(const struct vd_route *route, struct vd_span media_type, enum vd_body_kind *kind) {
  for (unsigned i = 0; i < VD_BODY_KINDS; i++) {
    if ((route->bodies & VD_BODY_BIT(i)) == 0 || !is_of_kind(media_type, i)) continue;
    *kind = (enum vd_body_kind)i;
    return true;
  }
  return false;
}

size_t vd_router_body_max(enum vd_body_kind kind, const struct vd_limits *limits) {
  switch (bodies[kind].size) {
    case VD_BODY_SMALL: return limits->body_bytes;
    case VD_BODY_PICTURE: return limits->picture_bytes;
    case VD_BODY_SUBMITTED: return VD_SUBMISSION_BYTES_MAX;
  }
  return 0;
}
