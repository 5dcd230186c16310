/* frag/tile.h: the names and forms of a log's static resources, C2SP tlog-tiles. Tiles hold the hashes of 256
 * neighbours of one level in eight; entry bundles hold 256 neighbouring entries. Pure; any thread; public data. */
#ifndef FRAG_TILE_H
#define FRAG_TILE_H

#include <stdbool.h>

#include <frag/log.h>

#ifdef __cplusplus
extern "C" {
#endif

#define FRAG_TILE_HEIGHT 8
#define FRAG_TILE_WIDTH 256
#define FRAG_TILE_LEVEL_MAX 63     /* C2SP: 0..63; a tree of FRAG_TREE_SIZE_MAX leaves has none above 7 */
#define FRAG_TILE_PATH_MAX 64      /* bytes of a path with its NUL */
#define FRAG_BUNDLE_MAX (FRAG_TILE_WIDTH * (2 + FRAG_ENTRY_MAX)) /* bytes */

struct frag_tile {
  bool is_entries;  /* an entry bundle; level is then 0 */
  unsigned level;   /* 0..FRAG_TILE_LEVEL_MAX */
  uint64_t index;   /* N */
  unsigned width;   /* 1..256; 256 is a full tile */
};

/* Writes "tile/1/x001/234" or "tile/entries/x001/234.p/17", without a leading slash, and a NUL.
 * The tile's numbers are in range (asserted). */
FRAG_API void frag_tile_path(char path[FRAG_AT_LEAST(FRAG_TILE_PATH_MAX)], const struct frag_tile *tile);

/* Reads such a path. Only the one canonical spelling is accepted.
 * Errors: FRAG_RECORD_MALFORMED; *tile is then zero. */
FRAG_API FRAG_MUST_CHECK frag_error frag_tile_parse(struct frag_tile *tile, const char *path, size_t len);

/* How many hashes (or entries, level 0) the tile has in a tree of `size` leaves: 0 when there is no such tile. */
FRAG_API unsigned frag_tile_width(unsigned level, uint64_t index, uint64_t size);

/* Appends an entry to a bundle: u16 length ‖ entry. out has room for 2 + entry.len bytes; returns how many were
 * written. entry.len ≤ FRAG_ENTRY_MAX (asserted). */
FRAG_API size_t frag_bundle_put(uint8_t *out, struct frag_slice entry);

/* Takes the next entry from a bundle: *rest shrinks to what follows it. The entry's form is not looked at.
 * Errors: FRAG_RECORD_MALFORMED: rest ends inside an entry, or the entry is longer than FRAG_ENTRY_MAX or empty. */
FRAG_API FRAG_MUST_CHECK frag_error frag_bundle_next(struct frag_slice *rest, struct frag_slice *entry);

#ifdef __cplusplus
}
#endif

#endif
