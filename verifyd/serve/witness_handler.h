/* witness_handler.h: POST /add-checkpoint: the HTTP side of witness.h (C2SP tlog-witness). */
#ifndef VD_SERVE_WITNESS_HANDLER_H
#define VD_SERVE_WITNESS_HANDLER_H

#include "serve/exchange.h"

/* Answers 200 with the cosignature; 409 with the size of the last checkpoint cosigned (text/x.tlog.size); else 400,
 * 403, 404, 422, 500 or 503. The site's service is a struct vd_service with a witness. */
void vd_witness_handler(struct vd_exchange *exchange);

#endif
