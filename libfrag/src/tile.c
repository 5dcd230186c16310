#include <frag/tile.h>

#include <assert.h>

#include "bytes.h"
#include "note.h"

#define GROUP 1000 /* a path element holds three digits */

static const char tile_folder[] = "tile/";
static const char entries_folder[] = "entries";
static const char partial_suffix[] = ".p/";

static char *put_group(char *at, unsigned group) {
  *at++ = (char)('0' + group / 100);
  *at++ = (char)('0' + group / 10 % 10);
  *at++ = (char)('0' + group % 10);
  return at;
}

static char *put_index(char *at, uint64_t index) {
  uint64_t unit = 1;
  while (index / unit >= GROUP) unit *= GROUP;
  for (; unit > 1; unit /= GROUP) {
    *at++ = 'x';
    at = put_group(at, (unsigned)(index / unit % GROUP));
    *at++ = '/';
  }
  return put_group(at, (unsigned)(index % GROUP));
}

void frag_tile_path(char path[static FRAG_TILE_PATH_MAX], const struct frag_tile *tile) {
  assert(tile->level <= (tile->is_entries ? 0 : FRAG_TILE_LEVEL_MAX));
  assert(tile->width >= 1 && tile->width <= FRAG_TILE_WIDTH);
  char *at = frag_note_put(path, tile_folder);
  at = tile->is_entries ? frag_note_put(at, entries_folder) : frag_note_put_decimal(at, tile->level);
  *at++ = '/';
  at = put_index(at, tile->index);
  if (tile->width < FRAG_TILE_WIDTH) {
    at = frag_note_put(at, partial_suffix);
    at = frag_note_put_decimal(at, tile->width);
  }
  *at = '\0';
}

/* One to `digits_max` digits; what they are worth is all that is looked at. */
static bool take_number(struct frag_slice *rest, size_t digits_max, unsigned *value) {
  size_t len = 0;
  for (*value = 0; len < digits_max && len < rest->len && rest->data[len] >= '0' && rest->data[len] <= '9'; len++)
    *value = *value * 10 + (unsigned)(rest->data[len] - '0');
  *rest = frag_bytes(rest->data + len, rest->len - len);
  return len > 0;
}

static bool take_index(struct frag_slice *rest, uint64_t *index) {
  *index = 0;
  for (bool is_last = false; !is_last;) {
    unsigned group;
    is_last = !frag_note_take(rest, "x");
    if (!take_number(rest, 3, &group) || *index > (UINT64_MAX - group) / GROUP) return false;
    *index = *index * GROUP + group;
    if (!is_last && !frag_note_take(rest, "/")) return false;
  }
  return true;
}

static bool take_path(struct frag_slice rest, struct frag_tile *tile) {
  if (!frag_note_take(&rest, tile_folder)) return false;
  tile->is_entries = frag_note_take(&rest, entries_folder);
  if (!tile->is_entries && (!take_number(&rest, 2, &tile->level) || tile->level > FRAG_TILE_LEVEL_MAX)) return false;
  if (!frag_note_take(&rest, "/") || !take_index(&rest, &tile->index)) return false;
  tile->width = FRAG_TILE_WIDTH;
  if (frag_note_take(&rest, partial_suffix) && !take_number(&rest, 3, &tile->width)) return false;
  return rest.len == 0 && tile->width >= 1 && tile->width <= FRAG_TILE_WIDTH;
}

frag_error frag_tile_parse(struct frag_tile *tile, const char *path, size_t len) {
  struct frag_tile found = {false, 0, 0, 0};
  char again[FRAG_TILE_PATH_MAX];
  memset(tile, 0, sizeof *tile);
  if (len >= sizeof again || !take_path(frag_bytes((const uint8_t *)path, len), &found)) return FRAG_RECORD_MALFORMED;
  frag_tile_path(again, &found); /* what is not written so is not canonical */
  if (strlen(again) != len || memcmp(again, path, len) != 0) return FRAG_RECORD_MALFORMED;
  *tile = found;
  return FRAG_OK;
}

unsigned frag_tile_width(unsigned level, uint64_t index, uint64_t size) {
  if (level >= 64 / FRAG_TILE_HEIGHT) return 0;
  uint64_t count = size >> (FRAG_TILE_HEIGHT * level);
  if (index < count / FRAG_TILE_WIDTH) return FRAG_TILE_WIDTH;
  return index == count / FRAG_TILE_WIDTH ? (unsigned)(count % FRAG_TILE_WIDTH) : 0;
}

size_t frag_bundle_put(uint8_t *out, struct frag_slice entry) {
  assert(entry.len <= FRAG_ENTRY_MAX);
  frag_put_u16(out, (uint16_t)entry.len);
  if (entry.len > 0) memcpy(out + 2, entry.data, entry.len);
  return 2 + entry.len;
}

frag_error frag_bundle_next(struct frag_slice *rest, struct frag_slice *entry) {
  *entry = frag_bytes(NULL, 0);
  if (rest->len < 2) return FRAG_RECORD_MALFORMED;
  size_t len = frag_get_u16(rest->data);
  if (len < 1 || len > FRAG_ENTRY_MAX || len > rest->len - 2) return FRAG_RECORD_MALFORMED;
  *entry = frag_bytes(rest->data + 2, len);
  *rest = frag_bytes(rest->data + 2 + len, rest->len - 2 - len);
  return FRAG_OK;
}
