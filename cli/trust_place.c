#include "trust_place.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <frag/tile.h>

#include "audit_source.h"
#include "ledger/tlog.h"

/* A log with the one bundle of it that was read last. */
struct log {
  struct ctl_operators *operators;
  struct ctl_operator *operator;
  uint64_t size;
  uint8_t *bundle;
  size_t bundle_len;
  uint64_t bundle_index;
  unsigned bundles_read;
};

/* --- resources --- */

static enum vd_error get_local(struct ctl_operator *operator, const char *path, uint8_t **bytes, size_t *len,
                               struct vd_failure *failure) {
  struct vd_tlog_resource found = {.len = 0};
  enum vd_error error = VD_OK;
  assert(operator->store != NULL);
  if (operator->reader == NULL) error = vd_store_reader_new(operator->store, &operator->reader, failure);
  if (error != VD_OK) return error;
  *bytes = malloc(VD_TLOG_RESOURCE_MAX);
  if (*bytes == NULL) return vd_fail(failure, VD_MEMORY, "no memory to read %s", path);
  vd_store_reader_reset(operator->reader);
  error = vd_store_reader_begin(operator->reader, failure);
  if (error == VD_OK) error = vd_tlog_key(operator->reader, &operator->key, failure);
  if (error == VD_OK) error = vd_tlog_resource(operator->reader, path, strlen(path), *bytes, &found, failure);
  vd_store_reader_reset(operator->reader);
  *len = found.len;
  return error;
}

static enum vd_error get_remote(struct ctl_operator *operator, const char *path, size_t len_max, uint8_t **bytes,
                                size_t *len, struct vd_failure *failure) {
  enum vd_error error = VD_UNAVAILABLE;
  for (unsigned attempt = 0; error == VD_UNAVAILABLE && ctl_audit_source_pause(attempt); attempt++) {
    error = vd_remote_get(&operator->remote, path, len_max, bytes, len, failure);
  }
  return error;
}

/* Out: *bytes: the caller frees them, also after an error. */
static enum vd_error get(struct log *log, const char *path, size_t len_max, uint8_t **bytes, size_t *len,
                         struct vd_failure *failure) {
  *bytes = NULL;
  *len = 0;
  return log->operator->is_remote ? get_remote(log->operator, path, len_max, bytes, len, failure)
                                  : get_local(log->operator, path, bytes, len, failure);
}

static enum vd_error read_size(struct log *log, struct vd_failure *failure) {
  struct frag_context *context = log->operators->context;
  struct frag_checkpoint checkpoint;
  uint8_t *note = NULL;
  size_t len = 0;
  enum vd_error error = get(log, "checkpoint", FRAG_CHECKPOINT_MAX, &note, &len, failure);
  if (error == VD_OK) {
    frag_error wrong = frag_checkpoint_decode(context, &checkpoint, (const char *)note, len);
    if (wrong == FRAG_OK) wrong = frag_checkpoint_check(context, &checkpoint, &log->operator->key, NULL);
    if (wrong != FRAG_OK) error = vd_fail_frag(failure, wrong, "its checkpoint");
  }
  if (error == VD_OK) log->size = checkpoint.size;
  free(note);
  return error;
}

/* --- entries --- */

static enum vd_error read_bundle(struct log *log, uint64_t index, struct vd_failure *failure) {
  struct frag_tile tile = {.is_entries = true, .index = index, .width = frag_tile_width(0, index, log->size)};
  char path[FRAG_TILE_PATH_MAX];
  if (log->bundle != NULL && log->bundle_index == index) return VD_OK;
  free(log->bundle);
  frag_tile_path(path, &tile);
  enum vd_error error = get(log, path, FRAG_BUNDLE_MAX, &log->bundle, &log->bundle_len, failure);
  if (error != VD_OK) {
    free(log->bundle);
    log->bundle = NULL;
    return error;
  }
  log->bundle_index = index;
  log->bundles_read++;
  return VD_OK;
}

/* Out: *entry: views into the bundle. */
static enum vd_error read_entry(struct log *log, uint64_t index, struct frag_entry *entry,
                                struct vd_failure *failure) {
  enum vd_error error = read_bundle(log, index / FRAG_TILE_WIDTH, failure);
  if (error != VD_OK) return error;
  struct frag_slice rest = {.data = log->bundle, .len = log->bundle_len}, bytes = {0};
  frag_error wrong = FRAG_OK;
  for (uint64_t i = 0; i <= index % FRAG_TILE_WIDTH && wrong == FRAG_OK; i++) wrong = frag_bundle_next(&rest, &bytes);
  if (wrong == FRAG_OK) wrong = frag_entry_decode(entry, bytes.data, bytes.len);
  return wrong == FRAG_OK ? VD_OK : vd_fail_frag(failure, wrong, "entry %" PRIu64 " of its log", index);
}

static bool is_wanted(const struct frag_entry *entry, const uint8_t *body) {
  return entry->kind == FRAG_ENTRY_TRUST && entry->body.len == CTL_TRUST_PLACE_BODY_LEN &&
         memcmp(entry->body.data, body, CTL_TRUST_PLACE_BODY_LEN) == 0;
}

static enum vd_error look_at(struct log *log, uint64_t index, const uint8_t *body, struct ctl_trust_place *place,
                             struct vd_failure *failure) {
  struct frag_entry entry;
  enum vd_error error = read_entry(log, index, &entry, failure);
  if (error != VD_OK || !is_wanted(&entry, body)) return error;
  *place = (struct ctl_trust_place){.is_found = true, .index = index, .time_s = entry.time_s, .size = log->size};
  return VD_OK;
}

/* The first entry that is not before since_s; the size when all are. */
static enum vd_error find_time(struct log *log, uint64_t since_s, uint64_t *first, struct vd_failure *failure) {
  uint64_t low = 0, high = log->size;
  while (low < high) {
    uint64_t middle = low + (high - low) / 2;
    struct frag_entry entry;
    enum vd_error error = read_entry(log, middle, &entry, failure);
    if (error != VD_OK) return error;
    if (entry.time_s < since_s) low = middle + 1;
    else high = middle;
  }
  *first = low;
  return VD_OK;
}

/* From one entry to before another. */
static enum vd_error scan(struct log *log, const uint8_t *body, uint64_t from, uint64_t to,
                          struct ctl_trust_place *place, struct vd_failure *failure) {
  enum vd_error error = VD_OK;
  for (uint64_t index = from; error == VD_OK && index < to && !place->is_found; index++) {
    if (log->bundles_read > CTL_TRUST_PLACE_BUNDLES_MAX) return place->is_cut_short = true, VD_OK;
    error = look_at(log, index, body, place, failure);
  }
  return error;
}

static enum vd_error search(struct log *log, const uint8_t *body, uint64_t since_s, struct ctl_trust_place *place,
                            struct vd_failure *failure) {
  uint64_t first = 0;
  enum vd_error error = find_time(log, since_s, &first, failure);
  if (error == VD_OK) error = scan(log, body, first, log->size, place, failure);
  if (error == VD_OK && !place->is_found) error = scan(log, body, 0, first, place, failure);
  return error;
}

enum vd_error ctl_trust_place_find(struct ctl_operators *operators, struct ctl_operator *operator,
                                   const uint8_t body[static CTL_TRUST_PLACE_BODY_LEN], const uint64_t *index,
                                   uint64_t since_s, struct ctl_trust_place *place, struct vd_failure *failure) {
  struct log log = {.operators = operators, .operator = operator};
  enum vd_error error = read_size(&log, failure);
  *place = (struct ctl_trust_place){.size = log.size};
  if (error == VD_OK && index == NULL) error = search(&log, body, since_s, place, failure);
  if (error == VD_OK && index != NULL && *index < log.size) error = look_at(&log, *index, body, place, failure);
  if (error == VD_OK && index != NULL && !place->is_found) {
    error = vd_fail(failure, VD_DATA, "entry %" PRIu64 " of its log of %" PRIu64 " is not the one that it has said to "
                                      "have added", *index, log.size);
  }
  free(log.bundle);
  return error;
}
