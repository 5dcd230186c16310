#include "audit_entries.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "audit_records.h"

#define RESOURCES_MAX (2 * CTL_AUDIT_CHUNK_BUNDLES)
_Static_assert(RESOURCES_MAX <= CTL_AUDIT_RESOURCES_MAX, "a chunk is got at once");

/* The entries that are being taken in: bundles first, then the full tiles of level 0 over them, in their order. */
struct chunk {
  struct ctl_audit *audit;
  uint64_t size;  /* entries that the log has */
  uint64_t first; /* index of the first bundle */
  size_t bundles, resources;
  struct ctl_audit_resource got[RESOURCES_MAX];
  size_t issues_count;
  struct ctl_audit_issue issues[CTL_AUDIT_CHUNK_BUNDLES * FRAG_TILE_WIDTH];
};

static void want(struct ctl_audit_resource *resource, const struct frag_tile *tile) {
  frag_tile_path(resource->path, tile);
  resource->len_max = tile->is_entries ? FRAG_BUNDLE_MAX : (size_t)tile->width * FRAG_HASH_LEN;
}

/* --- tiles --- */

static enum vd_error check_got(struct ctl_audit *audit, const struct ctl_audit_resource *resource,
                               struct vd_failure *failure) {
  if (resource->is_missing) {
    return ctl_audit_wrong(audit, failure, "%s: is missing, although the checkpoint covers it", resource->path);
  }
  if (resource->is_too_long) return ctl_audit_wrong(audit, failure, "%s: is longer than it may be", resource->path);
  return VD_OK;
}

/* Either may have been altered, so both are named. */
static enum vd_error wrong_hash(struct ctl_audit *audit, const struct ctl_audit_resource *resource,
                                const struct frag_tile *tile, unsigned number, struct vd_failure *failure) {
  struct frag_tile entries = {.is_entries = true, .index = tile->index, .width = tile->width};
  uint64_t node = tile->index * FRAG_TILE_WIDTH + number;
  char path[FRAG_TILE_PATH_MAX];
  frag_tile_path(path, &entries);
  if (tile->level == 0) {
    return ctl_audit_wrong(audit, failure, "%s: hash %u is not that of entry %" PRIu64 " in %s", resource->path, number,
                           node, path);
  }
  return ctl_audit_break(audit, failure, "%s: hash %u is not what the entries from %" PRIu64 " give", resource->path,
                         number, node << (FRAG_TILE_HEIGHT * tile->level));
}

static enum vd_error compare_tile(struct ctl_audit *audit, const struct ctl_audit_resource *resource,
                                  const struct frag_tile *tile, const uint8_t (*hashes)[FRAG_HASH_LEN],
                                  struct vd_failure *failure) {
  enum vd_error error = check_got(audit, resource, failure);
  if (error != VD_OK) return error;
  if (resource->len != tile->width * (size_t)FRAG_HASH_LEN) {
    return ctl_audit_wrong(audit, failure, "%s: has %zu bytes, not %u hashes", resource->path, resource->len,
                           tile->width);
  }
  for (unsigned i = 0; i < tile->width; i++) {
    if (memcmp(resource->bytes + (size_t)i * FRAG_HASH_LEN, hashes[i], FRAG_HASH_LEN) == 0) continue;
    return wrong_hash(audit, resource, tile, i, failure);
  }
  return VD_OK;
}

static enum vd_error get_and_compare(struct ctl_audit *audit, const struct frag_tile *tile,
                                     const uint8_t (*hashes)[FRAG_HASH_LEN], struct vd_failure *failure) {
  struct ctl_audit_resource resource = {.len = 0};
  want(&resource, tile);
  enum vd_error error = ctl_audit_source_get(audit->source, &resource, 1, failure);
  if (error == VD_OK) error = compare_tile(audit, &resource, tile, hashes, failure);
  ctl_audit_resources_free(&resource, 1);
  return error;
}

/* Full tiles of level 0 were got together with the entries; those above are rare. */
static enum vd_error check_full(void *context, const struct frag_tile *tile, const uint8_t (*hashes)[FRAG_HASH_LEN],
                                struct vd_failure *failure) {
  struct chunk *chunk = context;
  if (tile->level > 0) return get_and_compare(chunk->audit, tile, hashes, failure);
  size_t number = chunk->bundles + (size_t)(tile->index - chunk->first);
  return compare_tile(chunk->audit, &chunk->got[number], tile, hashes, failure);
}

enum vd_error ctl_audit_entries_edge(struct ctl_audit *audit, struct vd_failure *failure) {
  const struct ctl_audit_tree *tree = &audit->state->tree;
  enum vd_error error = VD_OK;
  for (unsigned level = 0; level < CTL_AUDIT_LEVELS && error == VD_OK; level++) {
    struct frag_tile tile = {.level = level, .width = ctl_audit_tree_width(tree, level),
                             .index = (tree->size >> (FRAG_TILE_HEIGHT * level)) / FRAG_TILE_WIDTH};
    if (tile.width == 0) continue;
    error = get_and_compare(audit, &tile, (const uint8_t(*)[FRAG_HASH_LEN])tree->rows[level], failure);
  }
  return error;
}

/* --- entries --- */

static enum vd_error wrong_entry(struct chunk *chunk, uint64_t index, const char *what, struct vd_failure *failure) {
  const char *path = chunk->got[index / FRAG_TILE_WIDTH - chunk->first].path;
  return ctl_audit_wrong(chunk->audit, failure, "entry %" PRIu64 " (in %s): %s", index, path, what);
}

/* Realm and key of an entry, by its kind; counts it. */
static enum vd_error look_at(struct chunk *chunk, uint64_t index, const struct frag_entry *entry, uint16_t *realm,
                             bool *has_realm, struct vd_failure *failure) {
  struct ctl_audit *audit = chunk->audit;
  struct ctl_audit_counts *counts = &audit->state->counts;
  struct frag_leaf leaf;
  *has_realm = entry->kind != FRAG_ENTRY_STATUS;
  switch (entry->kind) {
  case FRAG_ENTRY_ISSUE:
    if (frag_leaf_decode(&leaf, entry->body.data, entry->body.len) != FRAG_OK) break;
    *realm = leaf.realm;
    counts->issues++;
    chunk->issues[chunk->issues_count++] =
        (struct ctl_audit_issue){.index = index, .time_s = entry->time_s, .leaf = entry->body};
    return ctl_audit_keys_add(audit->keys, FRAG_ENTRY_ISSUE, leaf.locator, FRAG_LOCATOR_LEN, failure);
  case FRAG_ENTRY_STATUS:
    counts->statuses++;
    return ctl_audit_keys_add(audit->keys, FRAG_ENTRY_STATUS, entry->body.data, FRAG_STATUS_ID_LEN, failure);
  case FRAG_ENTRY_TRUST:
    *realm = (uint16_t)(entry->body.data[0] << 8 | entry->body.data[1]);
    counts->trusts++;
    return ctl_audit_keys_add(audit->keys, FRAG_ENTRY_TRUST, entry->body.data + 2, entry->body.len - 2, failure);
  }
  return wrong_entry(chunk, index, "is not well formed", failure);
}

static enum vd_error take_entry(struct chunk *chunk, uint64_t index, struct frag_slice bytes,
                                const uint8_t hash[static FRAG_HASH_LEN], struct vd_failure *failure) {
  struct ctl_audit *audit = chunk->audit;
  struct ctl_audit_state *state = audit->state;
  struct frag_entry entry;
  uint16_t realm = 0;
  bool has_realm = false;
  if (frag_entry_decode(&entry, bytes.data, bytes.len) != FRAG_OK) {
    return wrong_entry(chunk, index, "is not well formed", failure);
  }
  if (index > 0 && entry.time_s < state->last_time_s) {
    return wrong_entry(chunk, index, "its time is before that of the entry before it", failure);
  }
  enum vd_error error = look_at(chunk, index, &entry, &realm, &has_realm, failure);
  if (error != VD_OK) return error;
  if (has_realm && state->has_realm && realm != state->realm) {
    return wrong_entry(chunk, index, "is of another realm than those before it", failure);
  }
  if (has_realm) state->has_realm = true, state->realm = realm;
  if (index == 0) state->first_time_s = entry.time_s;
  state->last_time_s = entry.time_s;
  error = ctl_audit_tree_add(audit->context, &state->tree, hash, check_full, chunk, failure);
  bool is_passing = state->tree.size == state->note_size && state->note_size < audit->checkpoint.size;
  return error == VD_OK && is_passing ? ctl_audit_pass_note(audit, failure) : error;
}

/* An entry of a bundle: a new one, or one that was audited when the bundle was shorter. */
static enum vd_error meet_entry(struct chunk *chunk, uint64_t index, struct frag_slice bytes,
                                struct vd_failure *failure) {
  struct ctl_audit *audit = chunk->audit;
  const struct ctl_audit_tree *tree = &audit->state->tree;
  uint8_t hash[FRAG_HASH_LEN];
  frag_error error = frag_leaf_hash(audit->context, hash, bytes);
  if (error != FRAG_OK) return vd_fail_frag(failure, error, "the hash of an entry");
  if (index == tree->size) return take_entry(chunk, index, bytes, hash, failure);
  if (memcmp(hash, tree->rows[0][index % FRAG_TILE_WIDTH], FRAG_HASH_LEN) == 0) return VD_OK;
  return ctl_audit_break(audit, failure, "entry %" PRIu64 " (in %s): is not the one that was audited before", index,
                         chunk->got[index / FRAG_TILE_WIDTH - chunk->first].path);
}

static enum vd_error take_bundle(struct chunk *chunk, size_t number, struct vd_failure *failure) {
  struct ctl_audit *audit = chunk->audit;
  const struct ctl_audit_resource *resource = &chunk->got[number];
  uint64_t bundle = chunk->first + number;
  unsigned width = frag_tile_width(0, bundle, chunk->size);
  enum vd_error error = check_got(audit, resource, failure);
  struct frag_slice rest = {.data = resource->bytes, .len = resource->len}, entry;
  for (unsigned i = 0; i < width && error == VD_OK; i++) {
    uint64_t index = bundle * FRAG_TILE_WIDTH + i;
    if (frag_bundle_next(&rest, &entry) != FRAG_OK) {
      return ctl_audit_wrong(audit, failure, "%s: is cut short or not well formed at entry %" PRIu64, resource->path,
                             index);
    }
    error = meet_entry(chunk, index, entry, failure);
  }
  if (error != VD_OK || rest.len == 0) return error;
  return ctl_audit_wrong(audit, failure, "%s: has bytes after its %u entries", resource->path, width);
}

/* --- a chunk --- */

static enum vd_error get_chunk(struct chunk *chunk, struct vd_failure *failure) {
  for (size_t i = 0; i < chunk->bundles; i++) {
    struct frag_tile tile = {.is_entries = true, .index = chunk->first + i,
                             .width = frag_tile_width(0, chunk->first + i, chunk->size)};
    want(&chunk->got[i], &tile);
  }
  chunk->resources = chunk->bundles;
  for (size_t i = 0; i < chunk->bundles; i++) {
    struct frag_tile tile = {.index = chunk->first + i, .width = FRAG_TILE_WIDTH};
    if (frag_tile_width(0, tile.index, chunk->size) == FRAG_TILE_WIDTH) want(&chunk->got[chunk->resources++], &tile);
  }
  return ctl_audit_source_get(chunk->audit->source, chunk->got, chunk->resources, failure);
}

enum vd_error ctl_audit_entries(struct ctl_audit *audit, struct vd_failure *failure) {
  uint64_t size = audit->checkpoint.size;
  struct chunk *chunk = calloc(1, sizeof *chunk);
  if (chunk == NULL) return vd_fail(failure, VD_MEMORY, "no memory for the entries of the log");
  chunk->audit = audit;
  chunk->size = size;
  chunk->first = audit->state->tree.size / FRAG_TILE_WIDTH;
  uint64_t left = (size - 1) / FRAG_TILE_WIDTH + 1 - chunk->first;
  chunk->bundles = left < CTL_AUDIT_CHUNK_BUNDLES ? (size_t)left : CTL_AUDIT_CHUNK_BUNDLES;
  enum vd_error error = get_chunk(chunk, failure);
  for (size_t i = 0; i < chunk->bundles && error == VD_OK; i++) error = take_bundle(chunk, i, failure);
  if (error == VD_OK && audit->with_records && audit->source->client != NULL) {
    error = ctl_audit_records(audit, chunk->issues, chunk->issues_count, failure);
  }
  ctl_audit_resources_free(chunk->got, RESOURCES_MAX);
  free(chunk);
  return error;
}
