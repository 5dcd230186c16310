/* tile_handler.h: GET /log/<number>/…: checkpoint, tiles and entry bundles of the ledgers on this machine, as C2SP
 * tlog-tiles has them. */
#ifndef VD_SERVE_TILE_HANDLER_H
#define VD_SERVE_TILE_HANDLER_H

#include "serve/exchange.h"

/* Answers 200, 404, or 503 when the ledger cannot be read. The site's loop_state is a struct vd_service_loop. */
void vd_tile_handler(struct vd_exchange *exchange);

#endif
