#include "cbor_copy.h"

#define DEPTH_MAX 16

static void copy_item(struct frag_cbor_reader *reader, struct frag_cbor_writer *writer, unsigned depth);

static void copy_items(struct frag_cbor_reader *reader, struct frag_cbor_writer *writer, size_t count,
                       unsigned depth) {
  for (size_t i = 0; i < count && reader->error == FRAG_OK; i++) copy_item(reader, writer, depth);
}

static void copy_item(struct frag_cbor_reader *reader, struct frag_cbor_writer *writer, unsigned depth) {
  unsigned major = reader->left == 0 ? 0 : *reader->at >> 5;
  size_t count;
  if (depth > DEPTH_MAX) frag_cbor_fail(reader, FRAG_CBOR_TYPE);
  switch (major) {
    case 2: frag_cbor_write_bytes(writer, frag_cbor_read_bytes(reader)); return;
    case 3: frag_cbor_write_text(writer, frag_cbor_read_text(reader)); return;
    case 4:
      count = frag_cbor_read_array(reader);
      frag_cbor_write_array(writer, count);
      copy_items(reader, writer, count, depth + 1);
      return;
    case 5:
      count = frag_cbor_read_map(reader);
      frag_cbor_write_map(writer, count);
      copy_items(reader, writer, 2 * count, depth + 1);
      return;
    default: frag_cbor_write_uint(writer, frag_cbor_read_uint(reader)); return;
  }
}

frag_error cbor_copy(uint8_t *out, size_t capacity, size_t *len, struct frag_slice in) {
  struct frag_cbor_reader reader = frag_cbor_reader_of(in);
  struct frag_cbor_writer writer = {out, capacity, 0, FRAG_OK};
  do copy_item(&reader, &writer, 0);
  while (reader.error == FRAG_OK && reader.left > 0);
  *len = writer.len;
  return reader.error != FRAG_OK ? reader.error : writer.error;
}
