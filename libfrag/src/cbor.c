#include "cbor.h"

#include <string.h>

#include "bytes.h"

enum { MAJOR_UINT = 0, MAJOR_BYTES = 2, MAJOR_TEXT = 3, MAJOR_ARRAY = 4, MAJOR_MAP = 5 };

static void put(struct frag_cbor_writer *writer, const uint8_t *bytes, size_t len) {
  if (writer->error != FRAG_OK) return;
  if (len > writer->capacity - writer->len) {
    writer->error = FRAG_BUFFER_TOO_SMALL;
    return;
  }
  if (len > 0) memcpy(writer->out + writer->len, bytes, len);
  writer->len += len;
}

static void put_head(struct frag_cbor_writer *writer, unsigned major, uint64_t value) {
  uint8_t head[9];
  size_t len = value < 24 ? 0 : value <= UINT8_MAX ? 1 : value <= UINT16_MAX ? 2 : value <= UINT32_MAX ? 4 : 8;
  static const uint8_t info[9] = {[1] = 24, [2] = 25, [4] = 26, [8] = 27};
  head[0] = (uint8_t)(major << 5 | (len == 0 ? (unsigned)value : info[len]));
  for (size_t i = 0; i < len; i++) head[1 + i] = (uint8_t)(value >> (8 * (len - 1 - i)));
  put(writer, head, 1 + len);
}

void frag_cbor_write_uint(struct frag_cbor_writer *writer, uint64_t value) { put_head(writer, MAJOR_UINT, value); }

void frag_cbor_write_bytes(struct frag_cbor_writer *writer, struct frag_slice bytes) {
  put_head(writer, MAJOR_BYTES, bytes.len);
  put(writer, bytes.data, bytes.len);
}

void frag_cbor_write_text(struct frag_cbor_writer *writer, struct frag_slice text) {
  put_head(writer, MAJOR_TEXT, text.len);
  put(writer, text.data, text.len);
}

void frag_cbor_write_array(struct frag_cbor_writer *writer, size_t count) { put_head(writer, MAJOR_ARRAY, count); }

void frag_cbor_write_map(struct frag_cbor_writer *writer, size_t count) { put_head(writer, MAJOR_MAP, count); }

struct frag_cbor_reader frag_cbor_reader_of(struct frag_slice bytes) {
  struct frag_cbor_reader reader = {bytes.data, bytes.len, FRAG_OK};
  return reader;
}

void frag_cbor_fail(struct frag_cbor_reader *reader, frag_error error) {
  if (reader->error == FRAG_OK) reader->error = error;
  reader->left = 0;
}

static const uint8_t *take(struct frag_cbor_reader *reader, size_t len) {
  if (reader->error != FRAG_OK) return NULL;
  if (len > reader->left) {
    frag_cbor_fail(reader, FRAG_CBOR_TRUNCATED);
    return NULL;
  }
  const uint8_t *taken = reader->at;
  reader->at += len;
  reader->left -= len;
  return taken;
}

static uint64_t take_argument(struct frag_cbor_reader *reader, unsigned info) {
  if (info < 24) return info;
  if (info > 27) { /* reserved, or an indefinite length */
    frag_cbor_fail(reader, FRAG_CBOR_NOT_CANONICAL);
    return 0;
  }
  size_t len = (size_t)1 << (info - 24);
  const uint8_t *bytes = take(reader, len);
  if (bytes == NULL) return 0;
  uint64_t value = 0;
  for (size_t i = 0; i < len; i++) value = value << 8 | bytes[i];
  uint64_t least = len == 1 ? 24 : (uint64_t)1 << (4 * len); /* what the next shorter form cannot hold */
  if (value < least) frag_cbor_fail(reader, FRAG_CBOR_NOT_CANONICAL);
  return reader->error == FRAG_OK ? value : 0;
}

static uint64_t take_head(struct frag_cbor_reader *reader, unsigned major) {
  const uint8_t *first = take(reader, 1);
  if (first == NULL) return 0;
  if (*first >> 5 != major) {
    frag_cbor_fail(reader, FRAG_CBOR_TYPE);
    return 0;
  }
  return take_argument(reader, *first & 0x1fu);
}

static struct frag_slice take_string(struct frag_cbor_reader *reader, unsigned major) {
  uint64_t len = take_head(reader, major);
  if (len > reader->left) {
    frag_cbor_fail(reader, FRAG_CBOR_TRUNCATED);
    len = 0;
  }
  const uint8_t *bytes = take(reader, (size_t)len);
  return frag_bytes(bytes, bytes == NULL ? 0 : (size_t)len);
}

static size_t take_count(struct frag_cbor_reader *reader, unsigned major, size_t least_bytes_each) {
  uint64_t count = take_head(reader, major);
  if (count > reader->left / least_bytes_each) {
    frag_cbor_fail(reader, FRAG_CBOR_TRUNCATED);
    return 0;
  }
  return (size_t)count;
}

uint64_t frag_cbor_read_uint(struct frag_cbor_reader *reader) { return take_head(reader, MAJOR_UINT); }

struct frag_slice frag_cbor_read_bytes(struct frag_cbor_reader *reader) { return take_string(reader, MAJOR_BYTES); }

struct frag_slice frag_cbor_read_text(struct frag_cbor_reader *reader) { return take_string(reader, MAJOR_TEXT); }

size_t frag_cbor_read_array(struct frag_cbor_reader *reader) { return take_count(reader, MAJOR_ARRAY, 1); }

size_t frag_cbor_read_map(struct frag_cbor_reader *reader) { return take_count(reader, MAJOR_MAP, 2); }

void frag_cbor_read_fixed(struct frag_cbor_reader *reader, uint8_t *out, size_t len) {
  struct frag_slice bytes = frag_cbor_read_bytes(reader);
  if (reader->error == FRAG_OK && bytes.len != len) frag_cbor_fail(reader, FRAG_FIELD_LENGTH);
  if (reader->error == FRAG_OK) memcpy(out, bytes.data, len);
}

bool frag_cbor_take_key(struct frag_cbor_reader *reader, uint8_t key) {
  if (reader->error != FRAG_OK || reader->left == 0 || *reader->at != key) return false;
  return take(reader, 1) != NULL;
}

void frag_cbor_expect_key(struct frag_cbor_reader *reader, uint8_t key) {
  if (!frag_cbor_take_key(reader, key)) frag_cbor_fail(reader, reader->left == 0 ? FRAG_CBOR_TRUNCATED : FRAG_CBOR_KEY);
}

void frag_cbor_expect_array(struct frag_cbor_reader *reader, size_t count) {
  size_t found = frag_cbor_read_array(reader);
  if (found != count) frag_cbor_fail(reader, FRAG_FIELD_LENGTH);
}

frag_error frag_cbor_end(const struct frag_cbor_reader *reader) {
  if (reader->error != FRAG_OK) return reader->error;
  return reader->left == 0 ? FRAG_OK : FRAG_CBOR_TRAILING;
}
