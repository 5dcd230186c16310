/* routes.h: the public port's routes. */
#ifndef VD_SERVE_ROUTES_H
#define VD_SERVE_ROUTES_H

#include "serve/router.h"

#define VD_ROUTE_COUNT 3

/* POST /v1/verify, POST /verify, and GET of everything else. Their handlers want a struct vd_service as the site's
 * service and a struct vd_service_loop as its loop_state. */
extern const struct vd_route vd_routes[VD_ROUTE_COUNT];

/* The names of the routes, for the metrics. */
extern const char *const vd_route_names[VD_ROUTE_COUNT];

#endif
