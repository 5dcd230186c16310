/* form.h: the fields of an HTML form: multipart/form-data (RFC 7578, RFC 2046 section 5.1.1) and
 * application/x-www-form-urlencoded (WHATWG URL section 5.1), both complete in memory.
 *
 * Everything is secret: a field may be the text of a QR code. Values of multipart forms are views into the
 * body; those of url-encoded forms are decoded in place, so the body is changed. Pure; any thread. */
#ifndef VD_SERVE_FORM_H
#define VD_SERVE_FORM_H

#include "serve/buffer.h"

#define VD_FORM_FIELDS_MAX 16
#define VD_FORM_PART_HEADER_MAX 1024 /* bytes of the header lines of a part */
#define VD_FORM_BOUNDARY_MAX 70      /* characters, RFC 2046 */

struct vd_form_field {
  struct vd_span name;
  struct vd_span value;
  struct vd_span media_type; /* Content-Type of the part, or {NULL, 0} */
  bool is_file;              /* has a filename, even an empty one */
};

struct vd_form {
  size_t field_count;
  struct vd_form_field fields[VD_FORM_FIELDS_MAX];
};

enum vd_form_result {
  VD_FORM_OK,
  VD_FORM_MALFORMED, /* not a form of that kind, or cut off */
  VD_FORM_TOO_MANY,  /* more than VD_FORM_FIELDS_MAX fields, or more than one non-empty file */
  VD_FORM_REPEATED   /* two fields of one name: it would be unclear which one counts */
};

/* The text of the result, for an error answer: what is wrong, never a value. */
const char *vd_form_meaning(enum vd_form_result result);

/* Takes a multipart body apart. boundary: as in the Content-Type header, 1..70 characters of RFC 2046.
 * Out: *form, views into `body`. A preamble and an epilogue are passed over. */
enum vd_form_result vd_form_multipart(struct vd_form *form, struct vd_span body, struct vd_span boundary);

/* Takes a url-encoded body apart, decoding `body` in place. A '%' without two digits is malformed. */
enum vd_form_result vd_form_urlencoded(struct vd_form *form, char *body, size_t len);

/* The field of that name, or NULL. */
const struct vd_form_field *vd_form_find(const struct vd_form *form, const char *name);

#endif
