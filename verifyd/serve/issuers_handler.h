/* issuers_handler.h: who may issue documents: GET /v1/issuers, as json/issuers.h says, and the same as a page: GET
 * /issuers in the language that the reader's browser asks for, /issuers.km, .en and .fr in that language. Both take the
 * queries of issuers_query.h; caches may keep them for a minute. The first page was written when the list was taken;
 * every other one is written on the thread pool.
 *
 * A cursor is of one list: when another has come since, the API answers 400 and says to begin again, and a page begins
 * again by itself. For struct vd_route; thread rule: the loop's. */
#ifndef VD_SERVE_ISSUERS_HANDLER_H
#define VD_SERVE_ISSUERS_HANDLER_H

#include "serve/exchange.h"

void vd_issuers_handler_api(struct vd_exchange *exchange);
void vd_issuers_handler_page(struct vd_exchange *exchange);

#endif
