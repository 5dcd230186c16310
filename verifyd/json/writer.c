#include "json/writer.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/crypto.h"
#include "base/text.h"

enum { FIRST_SIZE = 4096, ESCAPE_SIZE = sizeof "\\u0000" };

/* Makes room for len bytes and a NUL. The old text is wiped, which realloc would not do. */
static bool reserve(struct vd_writer *writer, size_t len) {
  if (writer->has_failed) return false;
  if (writer->size - writer->len > len) return true;
  size_t size = writer->size != 0 ? writer->size : FIRST_SIZE;
  while (size - writer->len <= len && size < SIZE_MAX / 2) size *= 2;
  char *text = size - writer->len > len ? malloc(size) : NULL;
  if (text == NULL) {
    writer->has_failed = true;
    return false;
  }
  if (writer->len > 0) memcpy(text, writer->text, writer->len);
  vd_wipe(writer->text, writer->len);
  free(writer->text);
  writer->text = text;
  writer->size = size;
  return true;
}

static void put(struct vd_writer *writer, const char *bytes, size_t len) {
  if (!reserve(writer, len)) return;
  memcpy(writer->text + writer->len, bytes, len);
  writer->len += len;
  writer->text[writer->len] = '\0';
}

static void begin_value(struct vd_writer *writer) {
  if (writer->needs_comma) put(writer, ",", 1);
  writer->needs_comma = true;
}

void vd_writer_open(struct vd_writer *writer, char bracket) {
  begin_value(writer);
  put(writer, &bracket, 1);
  writer->needs_comma = false;
}

void vd_writer_close(struct vd_writer *writer, char bracket) {
  put(writer, &bracket, 1);
  writer->needs_comma = true;
}

/* Section 7: quotation mark, backslash and control characters must be escaped, all else stands for itself. */
static bool needs_escape(unsigned char byte) { return byte < 0x20 || byte == '"' || byte == '\\'; }

static void put_escape(struct vd_writer *writer, unsigned char byte) {
  char escape[ESCAPE_SIZE];
  int len =
      byte < 0x20 ? snprintf(escape, sizeof escape, "\\u%04x", byte) : snprintf(escape, sizeof escape, "\\%c", byte);
  put(writer, escape, (size_t)len);
}

static bool is_utf8(const char *text, size_t len) {
  size_t at = 0;
  while (at < len) {
    if ((unsigned char)text[at] < 0x80) {
      at++;
    } else if (vd_text_next(text, len, &at) == VD_TEXT_INVALID) {
      return false;
    }
  }
  return true;
}

static void put_quoted(struct vd_writer *writer, const char *text, size_t len) {
  put(writer, "\"", 1);
  size_t from = 0;
  for (size_t at = 0; at < len; at++) {
    if (!needs_escape((unsigned char)text[at])) continue;
    put(writer, text + from, at - from);
    put_escape(writer, (unsigned char)text[at]);
    from = at + 1;
  }
  if (from < len) put(writer, text + from, len - from);
  put(writer, "\"", 1);
}

void vd_writer_text(struct vd_writer *writer, const char *text, size_t len) {
  if (!is_utf8(text, len)) writer->has_failed = true;
  begin_value(writer);
  put_quoted(writer, text, len);
}

void vd_writer_string(struct vd_writer *writer, const char *text) { vd_writer_text(writer, text, strlen(text)); }

void vd_writer_name_text(struct vd_writer *writer, const char *name, size_t len) {
  vd_writer_text(writer, name, len);
  put(writer, ":", 1);
  writer->needs_comma = false;
}

void vd_writer_name(struct vd_writer *writer, const char *name) { vd_writer_name_text(writer, name, strlen(name)); }

void vd_writer_number(struct vd_writer *writer, uint64_t number) {
  char text[32];
  int len = snprintf(text, sizeof text, "%" PRIu64, number);
  begin_value(writer);
  put(writer, text, (size_t)len);
}

void vd_writer_boolean(struct vd_writer *writer, bool value) {
  begin_value(writer);
  put(writer, value ? "true" : "false", value ? 4 : 5);
}

void vd_writer_null(struct vd_writer *writer) {
  begin_value(writer);
  put(writer, "null", 4);
}

void vd_writer_free(struct vd_writer *writer) {
  vd_wipe(writer->text, writer->len);
  free(writer->text);
  *writer = (struct vd_writer){0};
}
