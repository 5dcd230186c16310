/* file_handler.h: GET of a file of the page. */
#ifndef VD_SERVE_FILE_HANDLER_H
#define VD_SERVE_FILE_HANDLER_H

#include "serve/exchange.h"

/* Answers 200, 304 (If-None-Match) or 404, compressed when the client takes gzip. The site's service is a
 * struct vd_service. */
void vd_file_handler(struct vd_exchange *exchange);

#endif
