/* submission_handler.h: POST /log/<number>/submissions: what issuers hand in to the operator that this process is
 * (wire/submission.h). */
#ifndef VD_SERVE_SUBMISSION_HANDLER_H
#define VD_SERVE_SUBMISSION_HANDLER_H

#include "serve/exchange.h"

/* Answers, once everything is on the disk, 200 with a receipt; else 400 (not acceptable), 403 (key, signature, time or
 * scope), 404 (another operator's number; nothing to erase), 409 (something else is stored there), 413, 429 with
 * Retry-After (over the quota of the day), 503 (too many wait), 507 (the disk is full). The site's service is a
 * struct vd_service with an own operator. */
void vd_submission_handler(struct vd_exchange *exchange);

#endif
