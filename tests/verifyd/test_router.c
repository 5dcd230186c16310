#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "serve/routes.h"

static const char *route_for(const struct vd_route *routes, const char *path, size_t len) {
  const struct vd_route *route = vd_router_find(routes, VD_ROUTE_COUNT, (struct vd_span){path, len});
  return route == NULL ? "none" : route->name;
}
#define ROUTE(path) route_for(vd_routes, path, sizeof(path) - 1)

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

static void a_star_inside_is_one_part_of_a_path(void **state) {
  (void)state;
  assert_string_equal(ROUTE("/log/1/look-up"), "look_up");
  assert_string_equal(ROUTE("/log/x/submissions"), "submission"); /* its handler knows the numbers */
  assert_string_equal(ROUTE("/log/1/checkpoint"), "tile");
  assert_string_equal(ROUTE("/log/1/2/look-up"), "tile");
  assert_string_equal(ROUTE("/log//look-up"), "tile");
  assert_string_equal(ROUTE("/log/look-up"), "tile");
  assert_string_equal(ROUTE("/log/1/look-up/"), "tile");
  assert_string_equal(ROUTE("/log/1/look-upx"), "tile");
  assert_string_equal(ROUTE("/log/"), "tile");
  assert_string_equal(ROUTE("/log"), "file");
  assert_string_equal(ROUTE("/add-checkpoint"), "add_checkpoint");
  assert_string_equal(ROUTE("/add-checkpoint/"), "file");
}

static void there_is_nothing_where_a_role_is_not_ours(void **state) {
  static struct vd_settings settings;
  struct vd_route routes[VD_ROUTE_COUNT];
  (void)state;
#define OURS(path) route_for(routes, path, sizeof(path) - 1)
  vd_routes_make(&settings, routes);
  assert_string_equal(OURS("/v1/verify"), "none");
  assert_string_equal(OURS("/verify"), "none");
  assert_string_equal(OURS("/log/1/look-up"), "none");
  assert_string_equal(OURS("/log/1/submissions"), "none");
  assert_string_equal(OURS("/log/1/submissions/list"), "none");
  assert_string_equal(OURS("/log/1/checkpoint"), "none");
  assert_string_equal(OURS("/add-checkpoint"), "none");
  assert_string_equal(OURS("/v1/issuers"), "none");
  assert_string_equal(OURS("/issuers"), "none");
  assert_string_equal(OURS("/index.html"), "file");
  settings.trust.roots_count = 1;
  vd_routes_make(&settings, routes);
  assert_string_equal(OURS("/v1/issuers"), "issuers_api");
  assert_string_equal(OURS("/issuers"), "none"); /* no page */
  (void)strcpy(settings.web_root, "web");
  settings.own_operator.number = 1;
  vd_routes_make(&settings, routes);
  assert_string_equal(OURS("/v1/verify"), "none");
  assert_string_equal(OURS("/issuers"), "issuers_page");
  assert_string_equal(OURS("/issuers.en"), "issuers_page");
  assert_string_equal(OURS("/log/1/look-up"), "look_up");
  assert_string_equal(OURS("/log/1/submissions"), "submission");
  assert_string_equal(OURS("/log/1/submissions/list"), "submission_list");
  assert_string_equal(OURS("/log/1/submissions/lists"), "tile");
  assert_string_equal(OURS("/log/1/checkpoint"), "tile");
  settings.own_operator.number = 0;
  settings.operators_count = 1;
  (void)strcpy(settings.operators[0].url, "http://a");
  vd_routes_make(&settings, routes);
  assert_string_equal(OURS("/v1/verify"), "verify_api");
  assert_string_equal(OURS("/log/1/checkpoint"), "none");
  (void)strcpy(settings.operators[0].store, "ledger");
  (void)strcpy(settings.witness.key, "key");
  vd_routes_make(&settings, routes);
  assert_string_equal(OURS("/log/1/checkpoint"), "tile");
  assert_string_equal(OURS("/log/1/submissions"), "none");
  assert_string_equal(OURS("/add-checkpoint"), "add_checkpoint");
#undef OURS
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
  const struct vd_route *api = &vd_routes[VD_ROUTE_VERIFY_API], *page = &vd_routes[VD_ROUTE_VERIFY_PAGE];
  const struct vd_route *file = &vd_routes[VD_ROUTE_FILE], *witness = &vd_routes[VD_ROUTE_WITNESS];
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
  assert_true(takes(&vd_routes[VD_ROUTE_LOOKUP], VD_SPAN("application/octet-stream"), VD_BODY_LOOKUP));
  assert_true(takes(&vd_routes[VD_ROUTE_SUBMISSION], VD_SPAN("application/octet-stream"), VD_BODY_SUBMISSION));
  assert_false(vd_router_body(&vd_routes[VD_ROUTE_SUBMISSION], VD_SPAN("text/plain"), &kind));
  assert_true(takes(witness, VD_SPAN("text/plain"), VD_BODY_ANY));
  assert_true(takes(witness, (struct vd_span){NULL, 0}, VD_BODY_ANY));
  assert_false(vd_router_body(api, VD_SPAN("*"), &kind));
}

static void sizes(void **state) {
  struct vd_limits limits = {.body_bytes = 10, .picture_bytes = 20};
  (void)state;
  assert_int_equal(vd_router_body_max(VD_BODY_JSON, &limits), 10);
  assert_int_equal(vd_router_body_max(VD_BODY_FORM, &limits), 10);
  assert_int_equal(vd_router_body_max(VD_BODY_LOOKUP, &limits), 10);
  assert_int_equal(vd_router_body_max(VD_BODY_ANY, &limits), 10);
  assert_int_equal(vd_router_body_max(VD_BODY_PNG, &limits), 20);
  assert_int_equal(vd_router_body_max(VD_BODY_MULTIPART, &limits), 20);
  assert_int_equal(vd_router_body_max(VD_BODY_SUBMISSION, &limits), 8 << 20);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(paths_are_exact),
      cmocka_unit_test(a_star_inside_is_one_part_of_a_path),
      cmocka_unit_test(there_is_nothing_where_a_role_is_not_ours),
      cmocka_unit_test(names_are_those_of_the_metrics),
      cmocka_unit_test(methods),
      cmocka_unit_test(bodies),
      cmocka_unit_test(sizes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
