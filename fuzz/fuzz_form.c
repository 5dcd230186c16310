/* Targets: vd_form_multipart, vd_form_urlencoded, vd_form_find. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "serve/form.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_form(const struct vd_form *form, const char *body, size_t len) {
  unsigned files = 0;
  if (form->field_count > VD_FORM_FIELDS_MAX) abort();
  for (size_t i = 0; i < form->field_count; i++) {
    const struct vd_form_field *field = &form->fields[i];
    if (field->value.len > 0 && (field->value.text < body || field->value.text + field->value.len > body + len))
      abort();
    if (field->name.len > 0 && (field->name.text < body || field->name.text + field->name.len > body + len)) abort();
    files += field->is_file && field->value.len > 0;
  }
  if (files > 1) abort();
  (void)vd_form_find(form, "photo");
}

/* The first line is the boundary, the rest the body. */
static void fuzz_multipart(const char *bytes, size_t size) {
  static struct vd_form form;
  const char *line_end = memchr(bytes, '\n', size);
  if (line_end == NULL) return;
  struct vd_span boundary = {bytes, (size_t)(line_end - bytes)};
  struct vd_span body = {line_end + 1, size - boundary.len - 1};
  if (vd_form_multipart(&form, body, boundary) == VD_FORM_OK) check_form(&form, body.text, body.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static struct vd_form form;
  if (size > 1 << 16) return 0;
  if (size > 0) fuzz_multipart((const char *)data, size);
  char *copy = malloc(size + 1); /* decoded in place */
  if (copy == NULL) return 0;
  if (size > 0) memcpy(copy, data, size);
  if (vd_form_urlencoded(&form, copy, size) == VD_FORM_OK) check_form(&form, copy, size);
  free(copy);
  return 0;
}
