#include "ledger/seen.h"

#include <assert.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "ledger/seen_disk.h"

struct vd_seen {
  struct vd_seen_disk disk;
  bool has_mutexes;
  pthread_mutex_t change; /* held from comparing to the disk's answer; taken before `copy` */
  pthread_mutex_t copy;   /* held for the time of a copy: guards the table against readers */
  struct vd_seen_table table;
};

/* --- the table --- */

void vd_seen_get(struct vd_seen *seen, const char *origin, struct vd_seen_state *state) {
  (void)pthread_mutex_lock(&seen->copy);
  const struct vd_seen_log *log = vd_seen_disk_find(&seen->table, origin, strlen(origin));
  if (log != NULL) {
    *state = log->state;
  } else {
    memset(state, 0, sizeof *state);
  }
  (void)pthread_mutex_unlock(&seen->copy);
}

size_t vd_seen_equivocations(struct vd_seen *seen) {
  size_t count = 0;
  (void)pthread_mutex_lock(&seen->copy);
  for (size_t at = 0; at < seen->table.count; at++) count += seen->table.logs[at].state.has_equivocated;
  (void)pthread_mutex_unlock(&seen->copy);
  return count;
}

/* What is on the disk now is what readers get. Under `change`. */
static void publish(struct vd_seen *seen, const struct vd_seen_log *changed) {
  (void)pthread_mutex_lock(&seen->copy);
  struct vd_seen_log *log = vd_seen_disk_find(&seen->table, changed->origin, strlen(changed->origin));
  if (log == NULL) log = &seen->table.logs[seen->table.count++];
  *log = *changed;
  (void)pthread_mutex_unlock(&seen->copy);
}

/* --- a change; all of it under `change` --- */

/* The log as it is known, to be changed; an empty one when it is new. */
static enum vd_error begin_change(struct vd_seen *seen, const struct frag_checkpoint *checkpoint,
                                  struct vd_seen_log *log, struct vd_failure *failure) {
  const char *origin = (const char *)checkpoint->origin.data;
  size_t len = checkpoint->origin.len;
  memset(log, 0, sizeof *log);
  if (len < 1 || len >= sizeof log->origin || memchr(origin, '\0', len) != NULL ||
      checkpoint->note.len > sizeof log->state.note)
    return vd_fail(failure, VD_DATA, "a checkpoint cannot be remembered: it is too long, or its log has no right name");
  const struct vd_seen_log *known = vd_seen_disk_find(&seen->table, origin, len);
  if (known != NULL) {
    *log = *known;
    return VD_OK;
  }
  memcpy(log->origin, origin, len);
  if (seen->table.count < VD_SEEN_LOGS_MAX) return VD_OK;
  return vd_fail(failure, VD_FULL, "the checkpoints of %d logs are remembered already, and those of no more can be",
                 VD_SEEN_LOGS_MAX);
}

static enum vd_error keep(struct vd_seen *seen, struct vd_seen_log *log, const struct frag_checkpoint *checkpoint,
                          struct vd_failure *failure) {
  log->state.size = checkpoint->size;
  memcpy(log->state.root, checkpoint->root, FRAG_HASH_LEN);
  memset(log->state.note, 0, sizeof log->state.note);
  memcpy(log->state.note, checkpoint->note.data, checkpoint->note.len);
  log->state.note_len = checkpoint->note.len;
  enum vd_error error = vd_seen_disk_keep(&seen->disk, log, failure);
  if (error == VD_OK) publish(seen, log);
  return error;
}

/* One half of a contradiction. */
struct half {
  struct frag_slice note;
  uint64_t size;
  const uint8_t *root;
};

/* The other half is larger, and proves another root for the first. */
struct growth {
  const uint8_t *proven_root;
  const struct frag_proof *proof;
};

struct text {
  size_t len;
  char bytes[VD_SEEN_DISK_EVIDENCE_MAX];
};

__attribute__((format(printf, 2, 3))) static void put(struct text *text, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  int len = vsnprintf(text->bytes + text->len, sizeof text->bytes - text->len, format, arguments);
  va_end(arguments);
  assert(len >= 0 && text->len + (size_t)len < sizeof text->bytes);
  text->len += (size_t)len;
}

static void put_bytes(struct text *text, struct frag_slice bytes) {
  assert(bytes.len <= sizeof text->bytes - text->len);
  memcpy(text->bytes + text->len, bytes.data, bytes.len);
  text->len += bytes.len;
}

static const char *hex(char digits[static 2 * FRAG_HASH_LEN + 1], const uint8_t *hash) {
  vd_hex_encode(digits, hash, FRAG_HASH_LEN);
  return digits;
}

static void put_growth(struct text *text, const struct half *one, const struct half *other,
                       const struct growth *growth) {
  char digits[2 * FRAG_HASH_LEN + 1];
  put(text, "\nThe consistency proof (RFC 9162) from %" PRIu64 " to %" PRIu64
      " entries, which leads from the latter root to that of the second note:\n", one->size, other->size);
  for (size_t at = 0; at < growth->proof->count; at++) put(text, "proof: %s\n", hex(digits, growth->proof->hashes[at]));
}

/* One line of what is wrong, then both notes whole. growth: NULL when they are of one size. */
static void describe(struct text *text, const char *origin, const struct half *one, const struct half *other,
                     const struct growth *growth) {
  char root[2 * FRAG_HASH_LEN + 1], other_root[2 * FRAG_HASH_LEN + 1];
  text->len = 0;
  (void)hex(root, one->root);
  (void)hex(other_root, growth == NULL ? other->root : growth->proven_root);
  if (growth == NULL)
    put(text, "%s has signed two trees of %" PRIu64 " entries, with roots %s and %s\n\n", origin, one->size, root,
        other_root);
  else
    put(text, "%s has signed a tree of %" PRIu64 " entries with root %s, and one of %" PRIu64
        " entries of which the first %" PRIu64 " have root %s\n\n", origin, one->size, root, other->size, one->size,
        other_root);
  put_bytes(text, one->note);
  put(text, "\n");
  put_bytes(text, other->note);
  if (growth != NULL) put_growth(text, one, other, growth);
}

static enum vd_error accuse(struct vd_seen *seen, struct vd_seen_log *log, const struct half *one,
                            const struct half *other, const struct growth *growth, struct vd_failure *failure) {
  struct text text;
  describe(&text, log->origin, one, other, growth);
  if (log->proof_count >= VD_SEEN_DISK_PROOFS_MAX ||
      vd_seen_disk_has_proof(&seen->disk, log, text.bytes, text.len))
    return VD_OK;
  log->state.has_equivocated = true;
  log->proof_count++;
  enum vd_error error = vd_seen_disk_keep_proof(&seen->disk, log, text.bytes, text.len, failure);
  if (error == VD_OK) publish(seen, log);
  return error;
}

/* A checkpoint of the size that was seen last. */
static enum vd_error meet(struct vd_seen *seen, struct vd_seen_log *log, const struct frag_checkpoint *checkpoint,
                          enum vd_seen_outcome *outcome, struct vd_failure *failure) {
  const struct vd_seen_state *last = &log->state;
  if (memcmp(last->root, checkpoint->root, FRAG_HASH_LEN) != 0) {
    struct half one = {{(const uint8_t *)last->note, last->note_len}, last->size, last->root};
    struct half other = {checkpoint->note, checkpoint->size, checkpoint->root};
    *outcome = VD_SEEN_EQUIVOCATED;
    return accuse(seen, log, &one, &other, NULL, failure);
  }
  *outcome = VD_SEEN_KNOWN;
  bool is_same_note = last->note_len == checkpoint->note.len &&
                      memcmp(last->note, checkpoint->note.data, checkpoint->note.len) == 0;
  return is_same_note ? VD_OK : keep(seen, log, checkpoint, failure);
}

static enum vd_error advance(struct vd_seen *seen, struct vd_seen_log *log, uint64_t base_size,
                             const uint8_t base_root[static FRAG_HASH_LEN], const struct frag_checkpoint *checkpoint,
                             enum vd_seen_outcome *outcome, struct vd_failure *failure) {
  const struct vd_seen_state *last = &log->state;
  *outcome = VD_SEEN_EQUIVOCATED;
  if (last->has_equivocated) return VD_OK;
  if (last->note_len > 0 && checkpoint->size == last->size) return meet(seen, log, checkpoint, outcome, failure);
  *outcome = VD_SEEN_OUTRUN;
  if (base_size != last->size || (base_size > 0 && memcmp(last->root, base_root, FRAG_HASH_LEN) != 0)) return VD_OK;
  *outcome = VD_SEEN_ADVANCED;
  return keep(seen, log, checkpoint, failure);
}

enum vd_error vd_seen_advance(struct vd_seen *seen, uint64_t base_size, const uint8_t base_root[static FRAG_HASH_LEN],
                              const struct frag_checkpoint *checkpoint, enum vd_seen_outcome *outcome,
                              struct vd_failure *failure) {
  assert(base_size <= checkpoint->size);
  struct vd_seen_log log;
  (void)pthread_mutex_lock(&seen->change);
  enum vd_error error = begin_change(seen, checkpoint, &log, failure);
  if (error == VD_OK) error = advance(seen, &log, base_size, base_root, checkpoint, outcome, failure);
  (void)pthread_mutex_unlock(&seen->change);
  if (error != VD_OK) *outcome = VD_SEEN_OUTRUN;
  return error;
}

static enum vd_error accuse_locked(struct vd_seen *seen, const struct frag_checkpoint *one,
                                   const struct frag_checkpoint *other, const struct growth *growth,
                                   struct vd_failure *failure) {
  assert(one->origin.len == other->origin.len && memcmp(one->origin.data, other->origin.data, one->origin.len) == 0);
  assert(other->note.len <= FRAG_CHECKPOINT_MAX);
  struct vd_seen_log log;
  struct half halves[] = {{one->note, one->size, one->root}, {other->note, other->size, other->root}};
  (void)pthread_mutex_lock(&seen->change);
  enum vd_error error = begin_change(seen, one, &log, failure);
  if (error == VD_OK) error = accuse(seen, &log, &halves[0], &halves[1], growth, failure);
  (void)pthread_mutex_unlock(&seen->change);
  return error;
}

enum vd_error vd_seen_accuse(struct vd_seen *seen, const struct frag_checkpoint *one,
                             const struct frag_checkpoint *other, struct vd_failure *failure) {
  assert(one->size == other->size && memcmp(one->root, other->root, FRAG_HASH_LEN) != 0);
  return accuse_locked(seen, one, other, NULL, failure);
}

enum vd_error vd_seen_accuse_grown(struct vd_seen *seen, const struct frag_checkpoint *one,
                                   const struct frag_checkpoint *other, const struct frag_proof *proof,
                                   const uint8_t proven_root[static FRAG_HASH_LEN], struct vd_failure *failure) {
  assert(one->size > 0 && one->size < other->size && memcmp(one->root, proven_root, FRAG_HASH_LEN) != 0);
  assert(proof->count <= FRAG_PROOF_HASHES_MAX);
  const struct growth growth = {proven_root, proof};
  return accuse_locked(seen, one, other, &growth, failure);
}

/* --- opening and closing --- */

static bool make_mutexes(struct vd_seen *seen) {
  if (pthread_mutex_init(&seen->change, NULL) != 0) return false;
  if (pthread_mutex_init(&seen->copy, NULL) == 0) return seen->has_mutexes = true;
  (void)pthread_mutex_destroy(&seen->change);
  return false;
}

static void destroy(struct vd_seen *seen) {
  if (seen != NULL && seen->has_mutexes) {
    (void)pthread_mutex_destroy(&seen->change);
    (void)pthread_mutex_destroy(&seen->copy);
  }
  free(seen);
}

enum vd_error vd_seen_open(const char *path, struct vd_seen **seen, struct vd_failure *failure) {
  struct vd_seen *opened = calloc(1, sizeof *opened);
  *seen = NULL;
  if (opened == NULL || !make_mutexes(opened)) {
    destroy(opened);
    return vd_fail(failure, VD_MEMORY, "ledger %s: out of memory", path);
  }
  enum vd_error error = vd_seen_disk_open(&opened->disk, path, &opened->table, failure);
  if (error == VD_OK) {
    *seen = opened;
  } else {
    destroy(opened);
  }
  return error;
}

void vd_seen_close(struct vd_seen *seen) {
  if (seen == NULL) return;
  vd_seen_disk_close(&seen->disk);
  destroy(seen);
}
