/* routes.h: the public port's routes. */
#ifndef VD_SERVE_ROUTES_H
#define VD_SERVE_ROUTES_H

#include "serve/router.h"

enum vd_route_number {
  VD_ROUTE_VERIFY_API,  /* POST /v1/verify */
  VD_ROUTE_VERIFY_PAGE, /* POST /verify */
  VD_ROUTE_LOOKUP,      /* POST /log/<number>/look-up */
  VD_ROUTE_SUBMISSION,  /* POST /log/<number>/submissions */
  VD_ROUTE_SUBMISSION_LIST, /* POST /log/<number>/submissions/list */
  VD_ROUTE_ISSUERS_API, /* GET /v1/issuers */
  VD_ROUTE_ISSUERS_PAGE, /* GET /issuers… */
  VD_ROUTE_TILE,        /* GET /log/<number>/… */
  VD_ROUTE_WITNESS,     /* POST /add-checkpoint */
  VD_ROUTE_FILE         /* GET of everything else */
};
#define VD_ROUTE_COUNT 10

/* Every route, in the order in which they are tried. Their handlers want a struct vd_service as the site's service and
 * a struct vd_service_loop as its loop_state. */
extern const struct vd_route vd_routes[VD_ROUTE_COUNT];

/* The names of the routes, for the metrics. */
extern const char *const vd_route_names[VD_ROUTE_COUNT];

/* The same, with nothing at the addresses of what these settings do not make this process. */
void vd_routes_make(const struct vd_settings *settings, struct vd_route routes[static VD_ROUTE_COUNT]);

#endif
