/* problem.h: application/problem+json (RFC 9457), for requests that failed; never for a negative verdict.
 *
 *   {"type":"urn:problem-type:verifyd:body-too-large","title":…,"status":413,"detail":…} */
#ifndef VD_PROBLEM_H
#define VD_PROBLEM_H

#include <stddef.h>

#define VD_PROBLEM_SIZE 2048 /* bytes of any problem text, with its NUL */
#define VD_PROBLEM_MEDIA_TYPE "application/problem+json"

/* name, HTTP status, last part of the type, title */
#define VD_PROBLEM_LIST(X) \
  X(VD_PROBLEM_BAD_REQUEST, 400, "bad-request", "The request is not well formed") \
  X(VD_PROBLEM_BAD_JSON, 400, "bad-json", "The JSON body is not acceptable") \
  X(VD_PROBLEM_BAD_FORM, 400, "bad-form", "The form is not acceptable") \
  X(VD_PROBLEM_BAD_DATA, 400, "bad-data", "The data is not acceptable") \
  X(VD_PROBLEM_FORBIDDEN, 403, "forbidden", "The key or signature is not accepted") \
  X(VD_PROBLEM_NOT_FOUND, 404, "not-found", "There is nothing at this address") \
  X(VD_PROBLEM_METHOD, 405, "method-not-allowed", "The method is not allowed here") \
  X(VD_PROBLEM_TIMEOUT, 408, "timeout", "The request took too long to arrive") \
  X(VD_PROBLEM_CONFLICT, 409, "conflict", "Something else is stored there already") \
  X(VD_PROBLEM_LENGTH_REQUIRED, 411, "length-required", "The request must say its length") \
  X(VD_PROBLEM_BODY_TOO_LARGE, 413, "body-too-large", "The body is too large") \
  X(VD_PROBLEM_ADDRESS_TOO_LONG, 414, "address-too-long", "The address is too long") \
  X(VD_PROBLEM_MEDIA_TYPE_UNSUPPORTED, 415, "media-type", "This type of body is not accepted") \
  X(VD_PROBLEM_EXPECTATION, 417, "expectation-failed", "The expectation cannot be met") \
  X(VD_PROBLEM_PICTURE_UNREADABLE, 422, "picture-unreadable", "The picture cannot be read") \
  X(VD_PROBLEM_NO_CODE, 422, "no-code-found", "No QR code was found in the picture") \
  X(VD_PROBLEM_PROOF_WRONG, 422, "proof-wrong", "The proof is not right") \
  X(VD_PROBLEM_TOO_MANY, 429, "too-many-requests", "Too many requests") \
  X(VD_PROBLEM_HEADERS_TOO_LARGE, 431, "headers-too-large", "The header fields are too large") \
  X(VD_PROBLEM_INTERNAL, 500, "internal", "A fault of this service") \
  X(VD_PROBLEM_NOT_IMPLEMENTED, 501, "not-implemented", "This is not supported") \
  X(VD_PROBLEM_BUSY, 503, "busy", "The service is busy") \
  X(VD_PROBLEM_VERSION, 505, "http-version", "This version of HTTP is not spoken here") \
  X(VD_PROBLEM_DISK_FULL, 507, "disk-full", "There is no room left to store it")

enum vd_problem {
#define VD_PROBLEM_ENUM(name, status, slug, title) name,
  VD_PROBLEM_LIST(VD_PROBLEM_ENUM)
#undef VD_PROBLEM_ENUM
};

/* The HTTP status and the title. Any thread. */
int vd_problem_status(enum vd_problem problem);
const char *vd_problem_title(enum vd_problem problem);

/* Writes a problem; returns its length without the NUL, never 0. `detail` says what was wrong and what to do, in
 * UTF-8, and never repeats what the client sent; NULL leaves it out. One that is too long or not UTF-8 is left out.
 * Cannot fail; allocates nothing. Any thread. */
size_t vd_problem_write(enum vd_problem problem, const char *detail, char text[static VD_PROBLEM_SIZE]);

#endif
