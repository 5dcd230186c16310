#include "json/problem_read.h"

#include <jansson.h>
#include <string.h>

#include "base/text.h"

#define TEXT_MAX 16384 /* bytes of a problem */

static bool take(const json_t *text, char detail[static VD_PROBLEM_DETAIL_SIZE]) {
  const char *value = json_string_value(text);
  size_t len = json_string_length(text);
  if (value == NULL || len == 0 || !vd_text_is_plain(value, len)) return false;
  if (len >= VD_PROBLEM_DETAIL_SIZE) {
    len = VD_PROBLEM_DETAIL_SIZE - 1;
    while (((unsigned char)value[len] & 0xc0) == 0x80) len--;
  }
  memcpy(detail, value, len);
  detail[len] = '\0';
  return true;
}

bool vd_problem_detail(const char *text, size_t len, char detail[static VD_PROBLEM_DETAIL_SIZE]) {
  detail[0] = '\0';
  if (len == 0 || len > TEXT_MAX) return false;
  json_t *root = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
  bool is_taken = take(json_object_get(root, "detail"), detail) || take(json_object_get(root, "title"), detail);
  json_decref(root);
  return is_taken;
}
