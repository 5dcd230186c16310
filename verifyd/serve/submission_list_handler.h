/* submission_list_handler.h: POST /log/<number>/submissions/list: what the operator that this process is accepted in an
 * issuer's name, told to that issuer and to registrars (wire/submission_list.h). */
#ifndef VD_SERVE_SUBMISSION_LIST_HANDLER_H
#define VD_SERVE_SUBMISSION_LIST_HANDLER_H

#include "serve/exchange.h"

/* Lines of the trail that are looked at for one query. */
#define VD_SUBMISSION_LIST_SCAN_MAX 4096

/* Answers 200 with a list; else 400 (not a query, or for somebody else), 403 (key, signature or time), 404 (another
 * operator's number), 503 (too many wait, or the ledger cannot be read). The site's service is a struct vd_service with
 * an own operator. */
void vd_submission_list_handler(struct vd_exchange *exchange);

#endif
