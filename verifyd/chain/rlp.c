#include "chain/rlp.h"

#include <assert.h>
#include <string.h>

enum {
  STRING = 0x80,    /* head of a string of 0 bytes */
  LIST = 0xc0,      /* head of a list of 0 bytes */
  SHORT_MAX = 55,   /* the longest content whose length is in its head */
};

void vd_rlp_begin(struct vd_rlp_writer *writer, uint8_t *bytes, size_t size) {
  *writer = (struct vd_rlp_writer){.bytes = bytes, .size = size, .at = size};
}

static void put(struct vd_rlp_writer *writer, const uint8_t *bytes, size_t len) {
  if (len > writer->at) writer->has_failed = true;
  if (writer->has_failed || len == 0) return;
  writer->at -= len;
  memcpy(writer->bytes + writer->at, bytes, len);
}

static void put_byte(struct vd_rlp_writer *writer, size_t byte) { put(writer, &(uint8_t){(uint8_t)byte}, 1); }

/* kind: STRING or LIST. */
static void put_head(struct vd_rlp_writer *writer, size_t kind, size_t len) {
  size_t length_bytes = 0;
  if (len <= SHORT_MAX) {
    put_byte(writer, kind + len);
    return;
  }
  for (size_t rest = len; rest > 0; rest >>= 8, length_bytes++) put_byte(writer, rest & 0xff);
  put_byte(writer, kind + SHORT_MAX + length_bytes);
}

void vd_rlp_bytes(struct vd_rlp_writer *writer, const uint8_t *bytes, size_t len) {
  put(writer, bytes, len);
  if (len != 1 || bytes[0] >= STRING) put_head(writer, STRING, len);
}

void vd_rlp_scalar(struct vd_rlp_writer *writer, const uint8_t *bytes, size_t len) {
  while (len > 0 && bytes[0] == 0) bytes++, len--;
  vd_rlp_bytes(writer, bytes, len);
}

void vd_rlp_number(struct vd_rlp_writer *writer, uint64_t number) {
  uint8_t bytes[8];
  for (size_t at = sizeof bytes; at > 0; number >>= 8) bytes[--at] = (uint8_t)number;
  vd_rlp_scalar(writer, bytes, sizeof bytes);
}

void vd_rlp_list(struct vd_rlp_writer *writer, size_t end) {
  assert(writer->has_failed || end >= writer->at);
  if (!writer->has_failed) put_head(writer, LIST, end - writer->at);
}

void vd_rlp_read(struct vd_rlp_reader *reader, const uint8_t *bytes, size_t len) {
  *reader = (struct vd_rlp_reader){.bytes = bytes, .len = len};
}

static void fail(struct vd_rlp_reader *reader) {
  reader->has_failed = true;
  reader->len = 0;
}

static void skip(struct vd_rlp_reader *reader, size_t len) {
  reader->bytes += len;
  reader->len -= len;
}

/* Takes a head of that kind and returns the length of its content, which lies within what is left; SIZE_MAX after a
 * failure. A length of its own must be one that the head could not have held, without leading zeros. */
static size_t take_head(struct vd_rlp_reader *reader, uint8_t kind) {
  size_t len = 0;
  if (reader->len == 0 || reader->bytes[0] < kind) goto bad;
  size_t head = (size_t)reader->bytes[0] - kind;
  skip(reader, 1);
  if (head <= SHORT_MAX) {
    len = head;
  } else {
    size_t length_bytes = head - SHORT_MAX; /* over 8 also for a list where a string is wanted */
    if (length_bytes > reader->len || length_bytes > sizeof len || reader->bytes[0] == 0) goto bad;
    for (size_t at = 0; at < length_bytes; at++) len = len << 8 | reader->bytes[at];
    skip(reader, length_bytes);
    if (len <= SHORT_MAX) goto bad;
  }
  if (len <= reader->len) return len;
bad:
  fail(reader);
  return SIZE_MAX;
}

const uint8_t *vd_rlp_read_bytes(struct vd_rlp_reader *reader, size_t *len) {
  const uint8_t *start = reader->bytes;
  *len = 0;
  if (reader->len > 0 && reader->bytes[0] < STRING) {
    *len = 1;
    skip(reader, 1);
    return start;
  }
  size_t content = take_head(reader, STRING);
  if (content == SIZE_MAX) return start;
  if (content == 1 && reader->bytes[0] < STRING) {
    fail(reader); /* such a byte stands for itself */
    return start;
  }
  start = reader->bytes;
  *len = content;
  skip(reader, content);
  return start;
}

uint64_t vd_rlp_read_number(struct vd_rlp_reader *reader) {
  size_t len = 0;
  uint64_t number = 0;
  const uint8_t *bytes = vd_rlp_read_bytes(reader, &len);
  if (len > 8 || (len > 0 && bytes[0] == 0)) {
    fail(reader);
    return 0;
  }
  for (size_t at = 0; at < len; at++) number = number << 8 | bytes[at];
  return number;
}

void vd_rlp_read_list(struct vd_rlp_reader *reader, struct vd_rlp_reader *inside) {
  size_t content = take_head(reader, LIST);
  vd_rlp_read(inside, reader->bytes, content == SIZE_MAX ? 0 : content);
  inside->has_failed = reader->has_failed;
  if (content != SIZE_MAX) skip(reader, content);
}

bool vd_rlp_is_at_end(const struct vd_rlp_reader *reader) { return reader->len == 0 && !reader->has_failed; }
