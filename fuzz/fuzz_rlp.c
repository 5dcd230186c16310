// Targets: vd_rlp_read_list, vd_rlp_read_bytes, vd_rlp_read_number, vd_rlp_bytes, vd_rlp_number, vd_rlp_list
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "chain/rlp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { DEPTH_MAX = 64, ITEMS_MAX = 512, INPUT_MAX = 4096 };

/* Writes again, backwards, what the reader gave: items first, for which they are remembered. */
static void copy(struct vd_rlp_reader *reader, struct vd_rlp_writer *writer, unsigned depth) {
  struct vd_rlp_reader starts[ITEMS_MAX];
  size_t count = 0, end = writer->at;
  while (reader->len > 0) {
    struct vd_rlp_reader inside;
    size_t len;
    if (count == ITEMS_MAX || depth == DEPTH_MAX) {
      reader->has_failed = true;
      return;
    }
    starts[count++] = *reader;
    if (reader->bytes[0] >= 0xc0) vd_rlp_read_list(reader, &inside);
    else (void)vd_rlp_read_bytes(reader, &len);
    if (reader->has_failed) return;
  }
  while (count > 0) {
    struct vd_rlp_reader item = starts[--count], inside, number = item;
    size_t len, before = writer->at;
    if (item.bytes[0] >= 0xc0) {
      vd_rlp_read_list(&item, &inside);
      copy(&inside, writer, depth + 1);
      if (inside.has_failed) {
        reader->has_failed = true;
        return;
      }
      vd_rlp_list(writer, before);
      continue;
    }
    const uint8_t *bytes = vd_rlp_read_bytes(&item, &len);
    uint64_t value = vd_rlp_read_number(&number);
    if (number.has_failed) vd_rlp_bytes(writer, bytes, len);
    else vd_rlp_number(writer, value);
  }
  if (end - writer->at > INPUT_MAX) abort();
}

/* What is read wholly is, written again, the same bytes: there is one encoding. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  uint8_t again[INPUT_MAX];
  struct vd_rlp_reader reader;
  struct vd_rlp_writer writer;
  if (size > INPUT_MAX) return 0;
  vd_rlp_read(&reader, data, size);
  vd_rlp_begin(&writer, again, sizeof again);
  copy(&reader, &writer, 0);
  if (!vd_rlp_is_at_end(&reader)) return 0;
  if (writer.has_failed || writer.size - writer.at != size) abort();
  if (size > 0 && memcmp(again + writer.at, data, size) != 0) abort();
  return 0;
}
