/* verify_handler.h: POST /v1/verify and POST /verify: from a request's body to a verdict, and that as JSON or as a page
 * without JavaScript. A text is verified on the loop: at once when all operators are on this machine, else when they
 * have answered; a picture is read off the loop, and the text on it verified when it comes back. Nothing of a request is
 * kept after its answer. The site's service is a struct vd_service, its loop_state a struct vd_service_loop. */
#ifndef VD_SERVE_VERIFY_HANDLER_H
#define VD_SERVE_VERIFY_HANDLER_H

#include "serve/exchange.h"

void vd_verify_handler_api(struct vd_exchange *exchange);
void vd_verify_handler_page(struct vd_exchange *exchange);

/* A refusal as a page, in the exchange's language; as a JSON problem when the service has no page. */
void vd_verify_handler_refuse_page(struct vd_exchange *exchange, enum vd_problem problem, const char *detail);

#endif
