// Targets: frag_tile_parse, frag_tile_path, frag_bundle_next, frag_bundle_put
#include <stdlib.h>
#include <string.h>

#include <frag/tile.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is read as a path is written so. */
static void check_path(const uint8_t *data, size_t size) {
  struct frag_tile tile;
  char path[FRAG_TILE_PATH_MAX];
  if (frag_tile_parse(&tile, (const char *)data, size) != FRAG_OK) return;
  frag_tile_path(path, &tile);
  if (strlen(path) != size || memcmp(path, data, size) != 0) abort();
}

/* Entries that are read are written back to the same bytes, up to where reading ended. */
static void check_bundle(const uint8_t *data, size_t size) {
  struct frag_slice rest = {data, size}, entry;
  uint8_t again[2 + FRAG_ENTRY_MAX];
  while (frag_bundle_next(&rest, &entry) == FRAG_OK) {
    size_t len = frag_bundle_put(again, entry);
    if (len != 2 + entry.len || memcmp(again, entry.data - 2, len) != 0) abort();
  }
  if (rest.data + rest.len != data + size) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  check_path(data, size);
  check_bundle(data, size);
  return 0;
}
