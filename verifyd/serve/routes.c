#include "serve/routes.h"

#include "serve/file_handler.h"
#include "serve/verify_handler.h"

const struct vd_route vd_routes[VD_ROUTE_COUNT] = {
    {.name = "verify_api",
     .path = "/v1/verify",
     .methods = VD_HTTP_POST,
     .bodies = VD_BODY_BIT(VD_BODY_JSON) | VD_BODY_BIT(VD_BODY_MULTIPART) | VD_BODY_BIT(VD_BODY_PNG) |
               VD_BODY_BIT(VD_BODY_JPEG),
     .answer = vd_verify_handler_api},
    {.name = "verify_page",
     .path = "/verify",
     .methods = VD_HTTP_POST,
     .bodies = VD_BODY_BIT(VD_BODY_MULTIPART) | VD_BODY_BIT(VD_BODY_FORM),
     .answer = vd_verify_handler_page,
     .refuse = vd_verify_handler_refuse_page},
    {.name = "file", .path = "/*", .methods = VD_HTTP_GET, .answer = vd_file_handler},
};

const char *const vd_route_names[VD_ROUTE_COUNT] = {"verify_api", "verify_page", "file"};
