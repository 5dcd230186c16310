#include "serve/form.h"

#include <string.h>

const char *vd_form_meaning(enum vd_form_result result) {
  switch (result) {
    case VD_FORM_OK: return "the form is complete";
    case VD_FORM_MALFORMED: return "the form is malformed or cut off";
    case VD_FORM_TOO_MANY: return "the form has too many fields or files";
    case VD_FORM_REPEATED: return "the form has a field twice";
  }
  return "";
}

const struct vd_form_field *vd_form_find(const struct vd_form *form, const char *name) {
  struct vd_span wanted = {name, strlen(name)};
  for (size_t i = 0; i < form->field_count; i++)
    if (vd_span_equal(form->fields[i].name, wanted)) return &form->fields[i];
  return NULL;
}

static bool has_file(const struct vd_form *form) {
  for (size_t i = 0; i < form->field_count; i++)
    if (form->fields[i].is_file && form->fields[i].value.len > 0) return true;
  return false;
}

static enum vd_form_result add_field(struct vd_form *form, const struct vd_form_field *field) {
  for (size_t i = 0; i < form->field_count; i++)
    if (vd_span_equal(form->fields[i].name, field->name)) return VD_FORM_REPEATED;
  if (form->field_count == VD_FORM_FIELDS_MAX) return VD_FORM_TOO_MANY;
  if (field->is_file && field->value.len > 0 && has_file(form)) return VD_FORM_TOO_MANY;
  form->fields[form->field_count++] = *field;
  return VD_FORM_OK;
}

/* RFC 2046 section 5.1.1: bchars, and no space at the end. */
static bool boundary_ok(struct vd_span boundary) {
  if (boundary.len == 0 || boundary.len > VD_FORM_BOUNDARY_MAX || boundary.text[boundary.len - 1] == ' ') return false;
  for (size_t i = 0; i < boundary.len; i++) {
    char c = boundary.text[i];
    bool alphanumeric = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!alphanumeric && (c == '\0' || strchr("'()+_,-./:=? ", c) == NULL)) return false;
  }
  return true;
}

/* The rest of a body, and the delimiter CR LF "--" boundary that it is cut at. */
struct cursor {
  const char *at;
  const char *end;
  char delimiter[4 + VD_FORM_BOUNDARY_MAX];
  size_t delimiter_len;
};

static struct cursor start_cursor(struct vd_span body, struct vd_span boundary) {
  struct cursor cursor = {.at = body.text, .end = body.text + body.len, .delimiter_len = 4 + boundary.len};
  memcpy(cursor.delimiter, "\r\n--", 4);
  memcpy(cursor.delimiter + 4, boundary.text, boundary.len);
  return cursor;
}

/* Finds the next delimiter, moves behind it and yields what was before it. The first may lack its CR LF. */
static bool next_delimiter(struct cursor *cursor, bool first, struct vd_span *before) {
  size_t rest = (size_t)(cursor->end - cursor->at);
  if (first && rest >= cursor->delimiter_len - 2 &&
      memcmp(cursor->at, cursor->delimiter + 2, cursor->delimiter_len - 2) == 0) {
    cursor->at += cursor->delimiter_len - 2;
    return true;
  }
  const char *found = memmem(cursor->at, rest, cursor->delimiter, cursor->delimiter_len);
  if (found == NULL) return false;
  *before = (struct vd_span){cursor->at, (size_t)(found - cursor->at)};
  cursor->at = found + cursor->delimiter_len;
  return true;
}

enum line_end { LINE_PART, LINE_LAST, LINE_BAD };

/* What stands behind a delimiter: "--" after the last part, else white space and CR LF. */
static enum line_end end_delimiter_line(struct cursor *cursor) {
  if (cursor->end - cursor->at >= 2 && memcmp(cursor->at, "--", 2) == 0) return LINE_LAST;
  while (cursor->at < cursor->end && (*cursor->at == ' ' || *cursor->at == '\t')) cursor->at++;
  if (cursor->end - cursor->at < 2 || memcmp(cursor->at, "\r\n", 2) != 0) return LINE_BAD;
  cursor->at += 2;
  return LINE_PART;
}

/* Takes `name="…"` or `name=token` off the front of *rest. Browsers write a quote in a name as %22, so a
 * backslash has no meaning. */
static bool next_parameter(struct vd_span *rest, struct vd_span *name, struct vd_span *value) {
  *rest = vd_span_trim(*rest);
  if (rest->len == 0 || rest->text[0] != ';') return false;
  const char *end = rest->text + rest->len;
  const char *equals = memchr(rest->text, '=', rest->len);
  if (equals == NULL) return false;
  *name = vd_span_trim((struct vd_span){rest->text + 1, (size_t)(equals - rest->text) - 1});
  const char *at = equals + 1;
  bool quoted = at < end && *at == '"';
  if (quoted) at++;
  const char *stop = memchr(at, quoted ? '"' : ';', (size_t)(end - at));
  if (stop == NULL && quoted) return false;
  if (stop == NULL) stop = end;
  *value = (struct vd_span){at, (size_t)(stop - at)};
  if (quoted) stop++;
  *rest = (struct vd_span){stop, (size_t)(end - stop)};
  return true;
}

static bool read_disposition(struct vd_span value, struct vd_form_field *field) {
  static const char kind[] = "form-data";
  size_t kind_len = sizeof kind - 1;
  if (value.len < kind_len || !vd_span_equal_nocase((struct vd_span){value.text, kind_len}, VD_SPAN(kind)))
    return false;
  struct vd_span rest = {value.text + kind_len, value.len - kind_len};
  struct vd_span name, content;
  while (next_parameter(&rest, &name, &content)) {
    if (vd_span_equal_nocase(name, VD_SPAN("name"))) field->name = content;
    if (vd_span_equal_nocase(name, VD_SPAN("filename"))) field->is_file = true;
  }
  return rest.len == 0 && field->name.len > 0;
}

static bool read_part_line(struct vd_span line, struct vd_form_field *field) {
  const char *colon = memchr(line.text, ':', line.len);
  if (colon == NULL) return false;
  struct vd_span name = {line.text, (size_t)(colon - line.text)};
  struct vd_span value = vd_span_trim((struct vd_span){colon + 1, line.len - name.len - 1});
  if (vd_span_equal_nocase(name, VD_SPAN("Content-Disposition")))
    return field->name.len == 0 && read_disposition(value, field);
  if (vd_span_equal_nocase(name, VD_SPAN("Content-Type"))) field->media_type = value;
  return true;
}

/* A part between two delimiters: header lines, an empty line, the content. */
static bool read_part(struct vd_span part, struct vd_form_field *field) {
  size_t header_max = part.len < VD_FORM_PART_HEADER_MAX ? part.len : VD_FORM_PART_HEADER_MAX;
  const char *at = part.text;
  for (;;) {
    size_t rest = header_max - (size_t)(at - part.text);
    const char *end = memmem(at, rest, "\r\n", 2);
    if (end == NULL) return false;
    struct vd_span line = {at, (size_t)(end - at)};
    at = end + 2;
    if (line.len == 0) break;
    if (!read_part_line(line, field)) return false;
  }
  field->value = (struct vd_span){at, part.len - (size_t)(at - part.text)};
  return field->name.len > 0;
}

enum vd_form_result vd_form_multipart(struct vd_form *form, struct vd_span body, struct vd_span boundary) {
  form->field_count = 0;
  if (body.len == 0 || !boundary_ok(boundary)) return VD_FORM_MALFORMED;
  struct cursor cursor = start_cursor(body, boundary);
  struct vd_span part = {NULL, 0};
  if (!next_delimiter(&cursor, true, &part)) return VD_FORM_MALFORMED;
  for (;;) {
    enum line_end line = end_delimiter_line(&cursor);
    if (line == LINE_LAST) return VD_FORM_OK;
    if (line == LINE_BAD || !next_delimiter(&cursor, false, &part)) return VD_FORM_MALFORMED;
    struct vd_form_field field = {.is_file = false};
    if (!read_part(part, &field)) return VD_FORM_MALFORMED;
    enum vd_form_result result = add_field(form, &field);
    if (result != VD_FORM_OK) return result;
  }
}

static int digit_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/* Decodes '+' and '%xx' in place. */
static bool percent_decode(char *text, size_t len, struct vd_span *decoded) {
  size_t out = 0;
  for (size_t in = 0; in < len; in++) {
    char c = text[in];
    if (c == '+') c = ' ';
    if (c == '%') {
      int high = in + 2 < len ? digit_value(text[in + 1]) : -1;
      int low = in + 2 < len ? digit_value(text[in + 2]) : -1;
      if (high < 0 || low < 0) return false;
      c = (char)(high * 16 + low);
      in += 2;
    }
    text[out++] = c;
  }
  *decoded = (struct vd_span){text, out};
  return true;
}

static enum vd_form_result read_pair(struct vd_form *form, char *pair, size_t len) {
  char *equals = memchr(pair, '=', len);
  size_t name_len = equals == NULL ? len : (size_t)(equals - pair);
  struct vd_form_field field = {.value = {"", 0}};
  if (!percent_decode(pair, name_len, &field.name)) return VD_FORM_MALFORMED;
  if (equals != NULL && !percent_decode(equals + 1, len - name_len - 1, &field.value)) return VD_FORM_MALFORMED;
  return add_field(form, &field);
}

enum vd_form_result vd_form_urlencoded(struct vd_form *form, char *body, size_t len) {
  form->field_count = 0;
  for (char *at = body, *end = body + len; at < end;) {
    char *ampersand = memchr(at, '&', (size_t)(end - at));
    char *stop = ampersand == NULL ? end : ampersand;
    if (stop > at) {
      enum vd_form_result result = read_pair(form, at, (size_t)(stop - at));
      if (result != VD_FORM_OK) return result;
    }
    at = ampersand == NULL ? end : ampersand + 1;
  }
  return VD_FORM_OK;
}
