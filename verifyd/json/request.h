/* request.h: the JSON body of POST /v1/verify: an object with the one member "qr", a string. */
#ifndef VD_REQUEST_H
#define VD_REQUEST_H

#include <stddef.h>

#include "base/failure.h"

#define VD_REQUEST_BODY_MAX 65536
#define VD_REQUEST_QR_SIZE 4097 /* more text than any QR code holds, and a NUL */

/* Reads a body. Strict RFC 8259: UTF-8, nothing after the object, no other and no repeated member, nothing nested.
 * In:  body, len: secret.
 * Out: text, *text_len: the string, with a NUL that is not counted; it may be empty, has no U+0000 inside, and is
 *      secret: the caller wipes it. All zero on error.
 * Errors: VD_DATA; VD_FULL when the body is over VD_REQUEST_BODY_MAX or the string over VD_REQUEST_QR_SIZE - 1 bytes;
 * VD_MEMORY. The text of the failure can be sent to the client: it never repeats any of the body.
 * Thread rule: any thread. */
VD_MUST_CHECK enum vd_error vd_request_read(const char *body, size_t len, char text[static VD_REQUEST_QR_SIZE],
                                            size_t *text_len, struct vd_failure *failure);

#endif
