/* cbor.h: deterministic CBOR (RFC 8949 section 4.2.1) as FRAG-1 section 1 narrows it: unsigned integers,
 * byte and text strings, arrays and maps, definite lengths, shortest form. Both cursors keep their first
 * error, after which every call does nothing, so a caller checks once at the end. */
#ifndef FRAG_CBOR_H
#define FRAG_CBOR_H

#include <stdbool.h>

#include <frag/context.h>

struct frag_cbor_writer {
  uint8_t *out;
  size_t capacity;
  size_t len;
  frag_error error; /* FRAG_BUFFER_TOO_SMALL */
};

void frag_cbor_write_uint(struct frag_cbor_writer *writer, uint64_t value);
void frag_cbor_write_bytes(struct frag_cbor_writer *writer, struct frag_slice bytes);
void frag_cbor_write_text(struct frag_cbor_writer *writer, struct frag_slice text);
void frag_cbor_write_array(struct frag_cbor_writer *writer, size_t count);
void frag_cbor_write_map(struct frag_cbor_writer *writer, size_t count);

struct frag_cbor_reader {
  const uint8_t *at;
  size_t left;
  frag_error error;
};

struct frag_cbor_reader frag_cbor_reader_of(struct frag_slice bytes);

/* Each returns zero or an empty slice once there is an error. Slices are views. A count is never more than the
 * bytes that are left, so that a caller may allocate by it. */
uint64_t frag_cbor_read_uint(struct frag_cbor_reader *reader);
struct frag_slice frag_cbor_read_bytes(struct frag_cbor_reader *reader);
struct frag_slice frag_cbor_read_text(struct frag_cbor_reader *reader);
size_t frag_cbor_read_array(struct frag_cbor_reader *reader);
size_t frag_cbor_read_map(struct frag_cbor_reader *reader);

/* A byte string of exactly `len` bytes, copied; FRAG_FIELD_LENGTH otherwise. */
void frag_cbor_read_fixed(struct frag_cbor_reader *reader, uint8_t *out, size_t len);

/* Whether the next item is the small unsigned integer `key`, which is then consumed: for optional map keys. */
bool frag_cbor_take_key(struct frag_cbor_reader *reader, uint8_t key);

/* The same for a key that must be there; FRAG_CBOR_KEY otherwise. */
void frag_cbor_expect_key(struct frag_cbor_reader *reader, uint8_t key);

/* An array of exactly `count` items; FRAG_FIELD_LENGTH otherwise. */
void frag_cbor_expect_array(struct frag_cbor_reader *reader, size_t count);

/* Keeps the reader's first error. */
void frag_cbor_fail(struct frag_cbor_reader *reader, frag_error error);

/* The first error, or FRAG_CBOR_TRAILING when bytes are left. */
FRAG_MUST_CHECK frag_error frag_cbor_end(const struct frag_cbor_reader *reader);

#endif
