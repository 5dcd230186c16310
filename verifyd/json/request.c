#include "json/request.h"

#include <jansson.h>
#include <stdbool.h>
#include <string.h>

/* jansson goes 2048 levels down; this request has one. Brackets inside strings do not count. */
static bool is_nested(const char *body, size_t len) {
  unsigned depth = 0;
  bool in_string = false;
  for (size_t at = 0; at < len; at++) {
    char byte = body[at];
    if (in_string) {
      if (byte == '\\') at++;
      if (byte == '"') in_string = false;
    } else if (byte == '"') {
      in_string = true;
    } else if (byte == '{' || byte == '[') {
      if (++depth > 1) return true;
    } else if ((byte == '}' || byte == ']') && depth > 0) {
      depth--;
    }
  }
  return false;
}

/* jansson's own text quotes the input. */
static enum vd_error say_syntax(const json_error_t *error, struct vd_failure *failure) {
  return vd_fail(failure, VD_DATA, "the body is not valid JSON (line %d, column %d); send {\"qr\": \"…\"}", error->line,
                 error->column);
}

static enum vd_error load(const char *body, size_t len, json_t **root, struct vd_failure *failure) {
  json_error_t error;
  if (len > VD_REQUEST_BODY_MAX)
    return vd_fail(failure, VD_FULL, "the body is longer than %d bytes", VD_REQUEST_BODY_MAX);
  if (is_nested(body, len)) return vd_fail(failure, VD_DATA, "the body is nested; send {\"qr\": \"…\"}");
  *root = json_loadb(body, len, JSON_REJECT_DUPLICATES, &error);
  enum vd_error result = VD_OK;
  if (*root == NULL)
    result = json_error_code(&error) == json_error_out_of_memory ? vd_fail(failure, VD_MEMORY, "out of memory")
                                                                 : say_syntax(&error, failure);
  explicit_bzero(&error, sizeof error);
  return result;
}

static enum vd_error take_text(const json_t *root, char text[static VD_REQUEST_QR_SIZE], size_t *text_len,
                               struct vd_failure *failure) {
  const json_t *qr = json_object_get(root, "qr");
  if (!json_is_object(root) || json_object_size(root) != 1 || !json_is_string(qr))
    return vd_fail(failure, VD_DATA, "the body must be an object with the one member \"qr\", a string");
  size_t len = json_string_length(qr);
  if (len >= VD_REQUEST_QR_SIZE)
    return vd_fail(failure, VD_FULL, "the member \"qr\" is longer than %d bytes", VD_REQUEST_QR_SIZE - 1);
  memcpy(text, json_string_value(qr), len);
  *text_len = len;
  return VD_OK;
}

enum vd_error vd_request_read(const char *body, size_t len, char text[static VD_REQUEST_QR_SIZE], size_t *text_len,
                              struct vd_failure *failure) {
  json_t *root = NULL;
  memset(text, 0, VD_REQUEST_QR_SIZE);
  *text_len = 0;
  enum vd_error error = load(body, len, &root, failure);
  if (error == VD_OK) error = take_text(root, text, text_len, failure);
  json_decref(root);
  return error;
}
