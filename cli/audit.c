#include "audit.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "audit_entries.h"
#include "date.h"
#include "progress.h"

#define SAVE_PERIOD_MS 2000

enum vd_error ctl_audit_wrong(struct ctl_audit *audit, struct vd_failure *failure, const char *format, ...) {
  char text[sizeof failure->text];
  va_list arguments;
  va_start(arguments, format);
  (void)vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  audit->is_wrong = true;
  return vd_fail(failure, VD_DATA, "%s", text);
}

enum vd_error ctl_audit_accuse(struct ctl_audit *audit, struct frag_slice one, struct frag_slice other,
                               struct vd_failure *failure, const char *format, ...) {
  char text[sizeof failure->text], name[CTL_AUDIT_PATH_SIZE];
  va_list arguments;
  va_start(arguments, format);
  (void)vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  audit->is_wrong = true;
  struct vd_failure unkept = {.code = VD_OK};
  if (ctl_audit_folder_accuse(audit->folder, text, one, other, name, &unkept) != VD_OK) {
    return vd_fail(failure, VD_DATA, "%s (both checkpoints could not be kept: %s)", text, unkept.text);
  }
  if (name[0] == '\0') return vd_fail(failure, VD_DATA, "%s (with --state both checkpoints would be kept)", text);
  return vd_fail(failure, VD_DATA, "%s; both checkpoints are in %s", text, name);
}

enum vd_error ctl_audit_break(struct ctl_audit *audit, struct vd_failure *failure, const char *format, ...) {
  char text[sizeof failure->text];
  struct frag_slice earlier = {.data = (const uint8_t *)audit->earlier, .len = audit->earlier_len};
  va_list arguments;
  va_start(arguments, format);
  (void)vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  if (earlier.len == 0) return ctl_audit_wrong(audit, failure, "%s", text);
  return ctl_audit_accuse(audit, earlier, audit->checkpoint.note, failure, "%s", text);
}

static uint64_t monotonic_ms(void) {
  struct timespec now = {0};
  (void)clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

enum vd_error ctl_audit_save(struct ctl_audit *audit, bool is_due, bool merge, struct vd_failure *failure) {
  struct ctl_audit_twice twice;
  uint64_t now_ms = monotonic_ms();
  if (!is_due && !ctl_audit_keys_is_full(audit->keys) && now_ms - audit->saved_ms < SAVE_PERIOD_MS) return VD_OK;
  enum vd_error error = ctl_audit_keys_flush(audit->keys, merge, &twice, failure);
  if (error != VD_OK) return error;
  if (twice.found) {
    return ctl_audit_wrong(audit, failure,
                           "entries %" PRIu64 " and %" PRIu64 " are about the same thing: the log has it twice",
                           twice.index, twice.other);
  }
  audit->saved_ms = now_ms;
  return ctl_audit_folder_save(audit->folder, audit->vkey, audit->state, audit->keys, failure);
}

/* --- the checkpoint --- */

static enum vd_error get_checkpoint(struct ctl_audit *audit, struct vd_failure *failure) {
  struct ctl_audit_resource resource = {.path = "checkpoint", .len_max = FRAG_CHECKPOINT_MAX};
  enum vd_error error = ctl_audit_source_get(audit->source, &resource, 1, failure);
  if (error == VD_OK && resource.is_missing) {
    error = vd_fail(failure, VD_NOT_FOUND, "%s has no checkpoint: is it the URL of a log, such as https://…/log/1?",
                    audit->source->name);
  }
  if (error == VD_OK && resource.is_too_long) {
    error = ctl_audit_wrong(audit, failure, "checkpoint: is longer than a checkpoint may be");
  }
  if (error == VD_OK) {
    audit->note_len = resource.len;
    memcpy(audit->note, resource.bytes, resource.len);
  }
  ctl_audit_resources_free(&resource, 1);
  return error;
}

static enum vd_error check_witnesses(struct ctl_audit *audit, struct vd_failure *failure) {
  for (size_t i = 0; i < audit->witnesses_count; i++) {
    const struct frag_log_key *witness = &audit->witnesses[i];
    if (frag_checkpoint_cosigned(audit->context, &audit->checkpoint, witness, &audit->cosigned_s[i]) != FRAG_OK) {
      return ctl_audit_wrong(audit, failure, "checkpoint: is not cosigned by the witness %s", witness->name);
    }
  }
  return VD_OK;
}

static enum vd_error check_checkpoint(struct ctl_audit *audit, struct vd_failure *failure) {
  struct frag_checkpoint *checkpoint = &audit->checkpoint;
  frag_error error = frag_checkpoint_decode(audit->context, checkpoint, audit->note, audit->note_len);
  if (error == FRAG_CRYPTO) return vd_fail_frag(failure, error, "the checkpoint");
  if (error != FRAG_OK) return ctl_audit_wrong(audit, failure, "checkpoint: is not well formed");
  if (checkpoint->origin.len != audit->key->name_len ||
      memcmp(checkpoint->origin.data, audit->key->name, audit->key->name_len) != 0) {
    return ctl_audit_wrong(audit, failure, "checkpoint: is one of %.*s, not of %s", (int)checkpoint->origin.len,
                           (const char *)checkpoint->origin.data, audit->key->name);
  }
  error = frag_checkpoint_check(audit->context, checkpoint, audit->key, &audit->time_s);
  if (error == FRAG_CRYPTO) return vd_fail_frag(failure, error, "the checkpoint's signature");
  if (error != FRAG_OK) {
    return ctl_audit_wrong(audit, failure, "checkpoint: is not rightly signed with the key %s", audit->vkey);
  }
  if (audit->time_s == 0) {
    return ctl_audit_wrong(audit, failure,
                           "checkpoint: has no cosignature by its operator, which says how fresh it is");
  }
  return check_witnesses(audit, failure);
}

/* --- against what was seen before --- */

static void take_note(struct ctl_audit *audit) {
  struct ctl_audit_state *state = audit->state;
  bool is_another = state->note_size != audit->checkpoint.size;
  if (state->note_len > 0 && is_another) {
    memcpy(audit->earlier, state->note, state->note_len);
    audit->earlier_len = state->note_len;
  }
  memcpy(state->note, audit->note, audit->note_len);
  state->note_len = audit->note_len;
  state->note_size = audit->checkpoint.size;
  memcpy(state->note_root, audit->checkpoint.root, FRAG_HASH_LEN);
}

static struct frag_slice old_note(const struct ctl_audit *audit) {
  return (struct frag_slice){.data = (const uint8_t *)audit->state->note, .len = audit->state->note_len};
}

static enum vd_error compare_with_last(struct ctl_audit *audit, struct vd_failure *failure) {
  const struct ctl_audit_state *state = audit->state;
  const struct frag_checkpoint *checkpoint = &audit->checkpoint;
  if (state->note_len == 0) return VD_OK;
  if (checkpoint->size < state->note_size) {
    return ctl_audit_accuse(audit, old_note(audit), checkpoint->note, failure,
                            "rollback: the log had %" PRIu64 " entries and is now shown with %" PRIu64,
                            state->note_size, checkpoint->size);
  }
  if (checkpoint->size == state->note_size && memcmp(checkpoint->root, state->note_root, FRAG_HASH_LEN) != 0) {
    return ctl_audit_accuse(audit, old_note(audit), checkpoint->note, failure,
                            "fork: the operator has signed two different logs of %" PRIu64 " entries",
                            checkpoint->size);
  }
  return VD_OK;
}

enum vd_error ctl_audit_pass_note(struct ctl_audit *audit, struct vd_failure *failure) {
  uint8_t root[FRAG_HASH_LEN];
  const struct ctl_audit_state *state = audit->state;
  enum vd_error error = ctl_audit_tree_root(audit->context, &state->tree, root, failure);
  if (error != VD_OK) return error;
  if (memcmp(root, state->note_root, FRAG_HASH_LEN) == 0) {
    take_note(audit);
    return VD_OK;
  }
  if (state->note_size == audit->checkpoint.size) {
    return ctl_audit_break(audit, failure, "checkpoint: its root is not that of its %" PRIu64 " entries",
                           state->note_size);
  }
  return ctl_audit_accuse(audit, old_note(audit), audit->checkpoint.note, failure,
                          "fork: the first %" PRIu64 " entries are not those of the checkpoint that was seen before",
                          state->note_size);
}

/* Records are looked at with their entries: an audit that did not do so is no beginning for one that does. */
static enum vd_error begin_state(struct ctl_audit *audit, struct vd_failure *failure) {
  struct ctl_audit_state *state = audit->state;
  const char *folder = audit->keys->folder;
  audit->earlier_size = state->proven_size;
  audit->earlier_s = state->proven_s;
  if (state->tree.size == 0) state->with_records = audit->with_records;
  if (audit->with_records && !state->with_records) {
    memset(&state->tree, 0, sizeof state->tree);
    state->counts = (struct ctl_audit_counts){0};
    state->first_time_s = state->last_time_s = 0;
    state->with_records = true;
    ctl_audit_keys_free(audit->keys);
    enum vd_error error = ctl_audit_keys_begin(audit->keys, folder, failure);
    if (error != VD_OK) return error;
  }
  if (!audit->with_records && audit->checkpoint.size > state->tree.size) state->with_records = false;
  audit->began_at = state->tree.size;
  if (state->note_len == 0) take_note(audit);
  return VD_OK;
}

/* --- all of it --- */

static enum vd_error walk(struct ctl_audit *audit, struct vd_failure *failure) {
  struct ctl_audit_state *state = audit->state;
  struct ctl_progress progress;
  uint64_t size = audit->checkpoint.size;
  ctl_progress_begin(&progress, "auditing", (size_t)(size - audit->began_at));
  bool is_passing = state->tree.size == state->note_size && state->note_size < size;
  enum vd_error error = is_passing ? ctl_audit_pass_note(audit, failure) : VD_OK;
  while (error == VD_OK && state->tree.size < size) {
    error = ctl_audit_entries(audit, failure);
    if (error == VD_OK) error = ctl_audit_save(audit, false, false, failure);
    if (!audit->is_quiet) ctl_progress_update(&progress, (size_t)(state->tree.size - audit->began_at));
  }
  if (!audit->is_quiet) ctl_progress_end(&progress, error == VD_OK);
  return error;
}

enum vd_error ctl_audit_run(struct ctl_audit *audit, struct vd_failure *failure) {
  audit->saved_ms = monotonic_ms();
  enum vd_error error = get_checkpoint(audit, failure);
  if (error == VD_OK) error = check_checkpoint(audit, failure);
  if (error == VD_OK) error = compare_with_last(audit, failure);
  if (error == VD_OK) error = begin_state(audit, failure);
  if (error == VD_OK) error = ctl_audit_save(audit, true, false, failure);
  if (error == VD_OK) error = walk(audit, failure);
  if (error == VD_OK) error = ctl_audit_entries_edge(audit, failure);
  if (error == VD_OK) error = ctl_audit_pass_note(audit, failure);
  if (error != VD_OK) return error;
  audit->state->proven_size = audit->checkpoint.size;
  audit->state->proven_s = audit->now_s;
  return ctl_audit_save(audit, true, true, failure);
}
