#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "serve/routes.h"

static const char *route_for(const char *path, size_t len) {
  const struct vd_route *route = vd_router_find(vd_routes, VD_ROUTE_COUNT, (struct vd_span){path, len});
  return route == NULL ? "none" : route->name;
}
#define ROUTE(path) route_for(path, sizeof(path) - 1)

static void paths_are_exact(void **state) {
  (void)state;
  assert_string_equal(ROUTE("/v1/verify"), "verify_api");
  assert_string_equal(ROUTE("/verify"), "verify_page");
  assert_string_equal(ROUTE("/"), "file");
  assert_string_equal(ROUTE("/v1/verify/"), "file");
  assert_string_equal(ROUTE("/v1/Verify"), "file");
  assert_string_equal(ROUTE("/verifyx"), "file");
  assert_string_equal(ROUTE("/../../etc/passwd"), "file"); /* which only knows the files that it has read */
  assert_string_equal(ROUTE(""), "none");
  assert_string_equal(ROUTE("v1/verify"), "none");
}

static void names_are_those_of_the_metrics(void **state) {
  (void)state;
  for (size_t i = 0; i < VD_ROUTE_COUNT; i++) assert_string_equal(vd_routes[i].name, vd_route_names[i]);
}

static void methods(void **state) {
  (void)state;
  for (size_t i = 0; i < VD_ROUTE_COUNT; i++) {
    bool post = vd_routes[i].methods == VD_HTTP_POST;
    assert_int_equal(vd_router_allows(&vd_routes[i], VD_HTTP_POST), post);
    assert_int_equal(vd_router_allows(&vd_routes[i], VD_HTTP_GET), !post);
    assert_int_equal(vd_router_allows(&vd_routes[i], VD_HTTP_HEAD), !post);
    assert_false(vd_router_allows(&vd_routes[i], VD_HTTP_OTHER));
  }
}

static bool takes(const struct vd_route *route, struct vd_span type, enum vd_body_kind wanted) {
  enum vd_body_kind kind;
  return vd_router_body(route, type, &kind) && kind == wanted;
}

static void bodies(void **state) {
  const struct vd_route *api = &vd_routes[0], *page = &vd_routes[1], *file = &vd_routes[2];
  enum vd_body_kind kind;
  (void)state;
  assert_true(takes(api, VD_SPAN("Application/JSON"), VD_BODY_JSON));
  assert_true(takes(api, VD_SPAN("image/jpeg"), VD_BODY_JPEG));
  assert_true(takes(page, VD_SPAN("application/x-www-form-urlencoded"), VD_BODY_FORM));
  assert_true(takes(page, VD_SPAN("multipart/form-data"), VD_BODY_MULTIPART));
  assert_false(vd_router_body(api, VD_SPAN("application/x-www-form-urlencoded"), &kind));
  assert_false(vd_router_body(page, VD_SPAN("application/json"), &kind));
  assert_false(vd_router_body(api, VD_SPAN(""), &kind));
  assert_false(vd_router_body(file, VD_SPAN("application/json"), &kind));
  assert_true(vd_body_carries_picture(VD_BODY_PNG) && vd_body_carries_picture(VD_BODY_MULTIPART));
  assert_false(vd_body_carries_picture(VD_BODY_JSON) || vd_body_carries_picture(VD_BODY_FORM));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(paths_are_exact),
      cmocka_unit_test(names_are_those_of_the_metrics),
      cmocka_unit_test(methods),
      cmocka_unit_test(bodies),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
