#include "failure.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void cut_at_character(char *text, size_t size) {
  size_t len = strnlen(text, size);
  if (len + 1 < size) return;
  while (len > 0 && ((unsigned char)text[len - 1] & 0xc0) == 0x80) len--;
  if (len > 0 && ((unsigned char)text[len - 1] & 0xc0) == 0xc0) len--;
  text[len] = '\0';
}

static void write_text(struct vd_failure *failure, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));

static void write_text(struct vd_failure *failure, const char *format, va_list arguments) {
  int written = vsnprintf(failure->text, sizeof failure->text, format, arguments);
  if (written < 0) failure->text[0] = '\0';
  if (written >= (int)sizeof failure->text) cut_at_character(failure->text, sizeof failure->text);
}

enum vd_error vd_fail(struct vd_failure *failure, enum vd_error code, const char *format, ...) {
  if (failure == NULL) return code;
  va_list arguments;
  va_start(arguments, format);
  failure->code = code;
  write_text(failure, format, arguments);
  va_end(arguments);
  return code;
}

static enum vd_error code_for(frag_error error) {
  switch (frag_error_group(error)) {
    case FRAG_GROUP_KEY: return VD_KEY;
    case FRAG_GROUP_CAPACITY: return VD_FULL;
    case FRAG_GROUP_INTERNAL: return error == FRAG_MEMORY ? VD_MEMORY : VD_INTERNAL;
    case FRAG_GROUP_VERDICT:
    case FRAG_GROUP_FORMAT:
    case FRAG_GROUP_TRUST: return VD_DATA;
  }
  return VD_INTERNAL;
}

enum vd_error vd_fail_frag(struct vd_failure *failure, frag_error error, const char *format, ...) {
  enum vd_error code = code_for(error);
  if (failure == NULL) return code;
  va_list arguments;
  va_start(arguments, format);
  failure->code = code;
  write_text(failure, format, arguments);
  va_end(arguments);
  size_t used = strlen(failure->text);
  (void)snprintf(failure->text + used, sizeof failure->text - used, ": %s", frag_error_meaning(error));
  cut_at_character(failure->text, sizeof failure->text);
  return code;
}

int vd_exit_code(enum vd_error error) { return (int)error; }

const char *vd_error_meaning(enum vd_error error) {
  switch (error) {
#define VD_ERROR_CASE(name, exit_code, meaning) \
  case name: return meaning;
    VD_ERROR_LIST(VD_ERROR_CASE)
#undef VD_ERROR_CASE
  }
  return "an unknown error";
}
