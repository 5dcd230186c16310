/* lookup_handler.h: POST /log/<number>/look-up: what a portal asks the ledgers on this machine (wire/lookup.h). */
#ifndef VD_SERVE_LOOKUP_HANDLER_H
#define VD_SERVE_LOOKUP_HANDLER_H

#include "serve/exchange.h"

/* Answers 200, 400, 404, or 503 when the ledger cannot be read. The site's loop_state is a struct vd_service_loop. */
void vd_lookup_handler(struct vd_exchange *exchange);

#endif
