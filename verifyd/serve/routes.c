#include "serve/routes.h"

#include <string.h>

#include "serve/file_handler.h"
#include "serve/issuers_handler.h"
#include "serve/lookup_handler.h"
#include "serve/submission_handler.h"
#include "serve/submission_list_handler.h"
#include "serve/tile_handler.h"
#include "serve/verify_handler.h"
#include "serve/witness_handler.h"

const struct vd_route vd_routes[VD_ROUTE_COUNT] = {
    [VD_ROUTE_VERIFY_API] = {.name = "verify_api",
                             .path = "/v1/verify",
                             .methods = VD_HTTP_POST,
                             .bodies = VD_BODY_BIT(VD_BODY_JSON) | VD_BODY_BIT(VD_BODY_MULTIPART) |
                                       VD_BODY_BIT(VD_BODY_PNG) | VD_BODY_BIT(VD_BODY_JPEG),
                             .answer = vd_verify_handler_api},
    [VD_ROUTE_VERIFY_PAGE] = {.name = "verify_page",
                              .path = "/verify",
                              .methods = VD_HTTP_POST,
                              .bodies = VD_BODY_BIT(VD_BODY_MULTIPART) | VD_BODY_BIT(VD_BODY_FORM),
                              .answer = vd_verify_handler_page,
                              .refuse = vd_verify_handler_refuse_page},
    [VD_ROUTE_LOOKUP] = {.name = "look_up",
                         .path = "/log/*/look-up",
                         .methods = VD_HTTP_POST,
                         .bodies = VD_BODY_BIT(VD_BODY_LOOKUP),
                         .answer = vd_lookup_handler},
    [VD_ROUTE_SUBMISSION] = {.name = "submission",
                             .path = "/log/*/submissions",
                             .methods = VD_HTTP_POST,
                             .bodies = VD_BODY_BIT(VD_BODY_SUBMISSION),
                             .answer = vd_submission_handler},
    [VD_ROUTE_SUBMISSION_LIST] = {.name = "submission_list",
                                  .path = "/log/*/submissions/list",
                                  .methods = VD_HTTP_POST,
                                  .bodies = VD_BODY_BIT(VD_BODY_LOOKUP),
                                  .answer = vd_submission_list_handler},
    [VD_ROUTE_ISSUERS_API] = {.name = "issuers_api",
                              .path = "/v1/issuers",
                              .methods = VD_HTTP_GET,
                              .answer = vd_issuers_handler_api},
    [VD_ROUTE_ISSUERS_PAGE] = {.name = "issuers_page",
                               .path = "/issuers*",
                               .methods = VD_HTTP_GET,
                               .answer = vd_issuers_handler_page},
    [VD_ROUTE_TILE] = {.name = "tile", .path = "/log/*", .methods = VD_HTTP_GET, .answer = vd_tile_handler},
    [VD_ROUTE_WITNESS] = {.name = "add_checkpoint",
                          .path = "/add-checkpoint",
                          .methods = VD_HTTP_POST,
                          .bodies = VD_BODY_BIT(VD_BODY_ANY),
                          .answer = vd_witness_handler},
    [VD_ROUTE_FILE] = {.name = "file", .path = "/*", .methods = VD_HTTP_GET, .answer = vd_file_handler},
};

const char *const vd_route_names[VD_ROUTE_COUNT] = {"verify_api",      "verify_page", "look_up",      "submission",
                                                    "submission_list", "issuers_api", "issuers_page", "tile",
                                                    "add_checkpoint",  "file"};

void vd_routes_make(const struct vd_settings *settings, struct vd_route routes[static VD_ROUTE_COUNT]) {
  bool has_ledger = settings->own_operator.number != 0;
  for (size_t i = 0; i < settings->operators_count; i++)
    has_ledger = has_ledger || settings->operators[i].store[0] != '\0';
  memcpy(routes, vd_routes, sizeof vd_routes);
  if (settings->operators_count == 0) routes[VD_ROUTE_VERIFY_API].answer = routes[VD_ROUTE_VERIFY_PAGE].answer = NULL;
  if (!has_ledger) routes[VD_ROUTE_LOOKUP].answer = routes[VD_ROUTE_TILE].answer = NULL;
  if (settings->own_operator.number == 0)
    routes[VD_ROUTE_SUBMISSION].answer = routes[VD_ROUTE_SUBMISSION_LIST].answer = NULL;
  if (settings->trust.roots_count == 0) routes[VD_ROUTE_ISSUERS_API].answer = NULL;
  if (settings->trust.roots_count == 0 || settings->web_root[0] == '\0') routes[VD_ROUTE_ISSUERS_PAGE].answer = NULL;
  if (settings->witness.key[0] == '\0') routes[VD_ROUTE_WITNESS].answer = NULL;
}
