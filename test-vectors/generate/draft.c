#include "draft.h"

#include <string.h>

#include "cbor.h"

struct raw raw_bytes(const void *bytes, size_t len) {
  struct raw raw = {.len = len};
  suite_require(len <= sizeof raw.bytes, "a raw value is too long");
  memcpy(raw.bytes, bytes, len);
  return raw;
}

static struct raw written(const uint8_t *bytes, const struct frag_cbor_writer *writer) {
  suite_require(writer->error == FRAG_OK, "a raw value is too long");
  return raw_bytes(bytes, writer->len);
}

struct raw raw_uint(uint64_t value) {
  uint8_t bytes[9];
  struct frag_cbor_writer writer = {bytes, sizeof bytes, 0, FRAG_OK};
  frag_cbor_write_uint(&writer, value);
  return written(bytes, &writer);
}

struct raw raw_text_of(const void *text, size_t len) {
  uint8_t bytes[8192];
  struct frag_slice slice = {text, len};
  struct frag_cbor_writer writer = {bytes, sizeof bytes, 0, FRAG_OK};
  frag_cbor_write_text(&writer, slice);
  return written(bytes, &writer);
}

struct raw raw_text(const char *text) { return raw_text_of(text, strlen(text)); }

struct raw raw_repeat(char c, size_t count) {
  char text[4096];
  suite_require(count <= sizeof text, "a raw value is too long");
  memset(text, c, count);
  return raw_text_of(text, count);
}

struct raw raw_string(const void *string, size_t len) {
  uint8_t bytes[256];
  struct frag_slice slice = {string, len};
  struct frag_cbor_writer writer = {bytes, sizeof bytes, 0, FRAG_OK};
  frag_cbor_write_bytes(&writer, slice);
  return written(bytes, &writer);
}

struct raw raw_array(size_t count) {
  uint8_t bytes[9];
  struct frag_cbor_writer writer = {bytes, sizeof bytes, 0, FRAG_OK};
  frag_cbor_write_array(&writer, count);
  return written(bytes, &writer);
}

void raw_append(struct raw *raw, struct raw more) {
  suite_require(raw->len + more.len <= sizeof raw->bytes, "a raw value is too long");
  memcpy(raw->bytes + raw->len, more.bytes, more.len);
  raw->len += more.len;
}

static void set_head(struct draft *draft) {
  uint8_t head = (uint8_t)(0xa0 + draft->count);
  draft->head = raw_bytes(&head, 1);
}

void draft_insert(struct draft *draft, size_t at, struct raw key, struct raw value) {
  suite_require(draft->count < DRAFT_PAIRS_MAX, "too many pairs");
  for (size_t i = draft->count; i > at; i--) {
    draft->keys[i] = draft->keys[i - 1];
    draft->values[i] = draft->values[i - 1];
  }
  draft->keys[at] = key;
  draft->values[at] = value;
  draft->count++;
  set_head(draft);
}

void draft_remove(struct draft *draft, size_t at) {
  for (size_t i = at; i + 1 < draft->count; i++) {
    draft->keys[i] = draft->keys[i + 1];
    draft->values[i] = draft->values[i + 1];
  }
  draft->count--;
  set_head(draft);
}

static void put(struct draft *draft, uint64_t key, struct raw value) {
  draft_insert(draft, draft->count, raw_uint(key), value);
}

void draft_begin(struct draft *draft, struct realm *realm) {
  struct frag_document document;
  realm_document(realm, &document);
  memset(draft, 0, sizeof *draft);
  put(draft, 1, raw_text_of(document.issuer.data, document.issuer.len));
  put(draft, 2, raw_string(document.kid, sizeof document.kid));
  put(draft, 3, raw_text_of(document.type.data, document.type.len));
  put(draft, 4, raw_text_of(document.serial.data, document.serial.len));
  put(draft, 5, raw_uint(document.issue_no));
  put(draft, 6, raw_uint(document.issued_s));
  put(draft, 8, raw_string(document.rid, sizeof document.rid));
  struct raw attributes = raw_array(document.attribute_count);
  for (size_t i = 0; i < document.attribute_count; i++) {
    raw_append(&attributes, raw_array(2));
    raw_append(&attributes, raw_text_of(document.attributes[i].name.data, document.attributes[i].name.len));
    raw_append(&attributes, raw_text_of(document.attributes[i].value.data, document.attributes[i].value.len));
  }
  put(draft, 9, attributes);
}

struct raw draft_bytes(const struct draft *draft) {
  struct raw all = draft->head;
  for (size_t i = 0; i < draft->count; i++) {
    raw_append(&all, draft->keys[i]);
    raw_append(&all, draft->values[i]);
  }
  raw_append(&all, draft->tail);
  return all;
}
