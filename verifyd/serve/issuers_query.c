#include "serve/issuers_query.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/hex.h"
#include "base/text.h"
#include "serve/form.h"

enum { MARK_DIGITS = 2 * VD_ISSUERS_MARK_LEN, POSITION_DIGITS_MAX = 19 };

/* 1..19 decimal digits, so that it fits. */
static bool read_number(struct vd_span text, uint64_t *number) {
  *number = 0;
  if (text.len == 0 || text.len > POSITION_DIGITS_MAX) return false;
  for (size_t i = 0; i < text.len; i++) {
    if (text.text[i] < '0' || text.text[i] > '9') return false;
    *number = 10 * *number + (uint64_t)(text.text[i] - '0');
  }
  return true;
}

static bool read_cursor(struct vd_issuers_query *query, struct vd_span cursor) {
  if (cursor.len <= MARK_DIGITS || cursor.text[MARK_DIGITS] != '-') return false;
  struct vd_span position = {cursor.text + MARK_DIGITS + 1, cursor.len - MARK_DIGITS - 1};
  query->has_cursor = true;
  return vd_hex_decode(query->mark, VD_ISSUERS_MARK_LEN, cursor.text, MARK_DIGITS) &&
         read_number(position, &query->position);
}

static bool read_limit(struct vd_issuers_query *query, struct vd_span text) {
  uint64_t limit;
  if (!read_number(text, &limit) || limit == 0) return false;
  query->limit = limit < VD_ISSUERS_LIMIT_MAX ? (size_t)limit : VD_ISSUERS_LIMIT_MAX;
  return true;
}

static bool read_text(char out[static VD_ISSUERS_TEXT_MAX + 1], struct vd_span text) {
  text = vd_span_trim(text);
  if (text.len > VD_ISSUERS_TEXT_MAX || !vd_text_is_plain(text.text, text.len)) return false;
  if (text.len > 0) memcpy(out, text.text, text.len);
  out[text.len] = '\0';
  return true;
}

static struct vd_span value_of(const struct vd_form *form, const char *name) {
  const struct vd_form_field *field = vd_form_find(form, name);
  return field == NULL ? (struct vd_span){NULL, 0} : field->value;
}

/* A parameter without a value is what a form sends for a field that was left empty. */
static const char *read_form(struct vd_issuers_query *query, const struct vd_form *form) {
  struct vd_span limit = value_of(form, "limit"), after = value_of(form, "after");
  if (limit.len > 0 && !read_limit(query, limit))
    return "limit: has to be a number from 1 up; at most 500 issuers come at once.";
  if (after.len > 0 && !read_cursor(query, after))
    return "after: is not a cursor; put what an answer gave as next, or leave it out to begin with the first page.";
  if (!read_text(query->text, value_of(form, "q")))
    return "q: has to be UTF-8 text of at most 400 bytes, without control characters.";
  if (!read_text(query->issuer, value_of(form, "issuer")))
    return "issuer: has to be an issuer's id: UTF-8 text of at most 400 bytes, without control characters.";
  return NULL;
}

/* What is behind the path: the parser has taken care that there is no fragment. */
static struct vd_span query_of(const struct vd_http_head *head) {
  const char *path_end = head->path.text + head->path.len;
  const char *end = head->target.text + head->target.len;
  if (path_end >= end || *path_end != '?') return (struct vd_span){NULL, 0};
  return (struct vd_span){path_end + 1, (size_t)(end - path_end) - 1};
}

const char *vd_issuers_query_read(struct vd_issuers_query *query, const struct vd_http_head *head) {
  char decoded[VD_HTTP_TARGET_MAX];
  struct vd_form form;
  struct vd_span text = query_of(head);
  *query = (struct vd_issuers_query){.limit = VD_ISSUERS_LIMIT};
  if (text.len == 0) return NULL;
  if (text.len > sizeof decoded) return "The query is too long.";
  memcpy(decoded, text.text, text.len);
  if (vd_form_urlencoded(&form, decoded, text.len) != VD_FORM_OK)
    return "The query is not well formed, or names something twice.";
  return read_form(query, &form);
}

void vd_issuers_cursor_write(char cursor[static VD_ISSUERS_CURSOR_SIZE], const uint8_t hash[static 32],
                             size_t position) {
  vd_hex_encode(cursor, hash, VD_ISSUERS_MARK_LEN);
  (void)snprintf(cursor + MARK_DIGITS, VD_ISSUERS_CURSOR_SIZE - MARK_DIGITS, "-%zu", position);
}

bool vd_issuers_query_is_of(const struct vd_issuers_query *query, const uint8_t hash[static 32]) {
  return !query->has_cursor || memcmp(query->mark, hash, VD_ISSUERS_MARK_LEN) == 0;
}

bool vd_issuers_query_is_plain(const struct vd_issuers_query *query) {
  return query->limit == VD_ISSUERS_LIMIT && query->text[0] == '\0' && query->issuer[0] == '\0' &&
         query->position == 0;
}
