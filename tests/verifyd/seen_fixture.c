#include "seen_fixture.h"

#include <dirent.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

void open_seen(struct fixture *fixture) {
  struct vd_failure failure = {0};
  if (vd_seen_open(fixture->path, &fixture->seen, &failure) != VD_OK) fail_msg("%s", failure.text);
}

void reopen(struct fixture *fixture) {
  vd_seen_close(fixture->seen);
  open_seen(fixture);
}

int seen_fixture_begin(void **state) {
  const uint8_t seed32[32] = {1};
  struct fixture *fixture = calloc(1, sizeof *fixture);
  assert_non_null(fixture);
  temp_folder_make(&fixture->folder);
  (void)snprintf(fixture->path, sizeof fixture->path, "%s", temp_folder_at(&fixture->folder, "seen"));
  assert_int_equal(frag_context_new(&fixture->context, seed32), FRAG_OK);
  open_seen(fixture);
  *state = fixture;
  return 0;
}

int seen_fixture_end(void **state) {
  struct fixture *fixture = *state;
  vd_seen_close(fixture->seen);
  frag_context_free(fixture->context);
  temp_folder_remove(&fixture->folder);
  free(fixture);
  return 0;
}

void root_of(uint8_t root[static FRAG_HASH_LEN], uint64_t size, uint8_t fork) {
  static const uint8_t empty[FRAG_HASH_LEN] = {0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4,
                                               0xc8, 0x99, 0x6f, 0xb9, 0x24, 0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b,
                                               0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55};
  memset(root, fork, FRAG_HASH_LEN);
  memcpy(root, &size, sizeof size);
  if (size == 0) memcpy(root, empty, sizeof empty);
}

void sign_note(struct frag_context *context, struct signed_note *signed_note, const char *name, uint64_t size,
                      uint8_t fork, uint64_t time_s) {
  const uint8_t seed32[32] = {7};
  uint8_t root[FRAG_HASH_LEN];
  size_t len = 0;
  root_of(root, size, fork);
  struct frag_slice slice = {(const uint8_t *)name, strlen(name)};
  assert_int_equal(frag_checkpoint_sign(context, signed_note->note, &len, slice, size, root, seed32, time_s), FRAG_OK);
  assert_int_equal(frag_checkpoint_decode(context, &signed_note->checkpoint, signed_note->note, len), FRAG_OK);
}

enum vd_seen_outcome advance_log(struct fixture *fixture, const char *name, uint64_t base_size, uint64_t size,
                                        uint8_t fork) {
  struct signed_note note;
  uint8_t base_root[FRAG_HASH_LEN];
  enum vd_seen_outcome outcome = VD_SEEN_OUTRUN;
  struct vd_failure failure = {0};
  root_of(base_root, base_size, 0);
  sign_note(fixture->context, &note, name, size, fork, NOW_S);
  if (vd_seen_advance(fixture->seen, base_size, base_size == 0 ? no_root : base_root, &note.checkpoint, &outcome,
                      &failure) != VD_OK)
    fail_msg("%s", failure.text);
  return outcome;
}

enum vd_seen_outcome advance(struct fixture *fixture, uint64_t base_size, uint64_t size, uint8_t fork) {
  return advance_log(fixture, seen_origin, base_size, size, fork);
}

struct vd_seen_state state_of(struct fixture *fixture, const char *name) {
  struct vd_seen_state state;
  memset(&state, 0xee, sizeof state);
  vd_seen_get(fixture->seen, name, &state);
  return state;
}

void assert_unknown(struct fixture *fixture, const char *name) {
  static const struct vd_seen_state none;
  struct vd_seen_state state = state_of(fixture, name);
  assert_memory_equal(&state, &none, sizeof none);
}

void assert_state(struct frag_context *context, const struct vd_seen_state *state, uint64_t size) {
  uint8_t root[FRAG_HASH_LEN];
  struct frag_checkpoint checkpoint;
  root_of(root, size, 0);
  assert_int_equal(state->size, size);
  assert_memory_equal(state->root, root, sizeof root);
  assert_int_equal(frag_checkpoint_decode(context, &checkpoint, state->note, state->note_len), FRAG_OK);
  assert_int_equal(checkpoint.size, size);
  assert_memory_equal(checkpoint.root, root, sizeof root);
}

void assert_at(struct fixture *fixture, const char *name, uint64_t size, bool has_equivocated) {
  struct vd_seen_state state = state_of(fixture, name);
  assert_state(fixture->context, &state, size);
  assert_int_equal(state.has_equivocated, has_equivocated);
}

unsigned count_evidence(const struct fixture *fixture, char path[static PATH_MAX]) {
  unsigned count = 0;
  DIR *folder = opendir(fixture->path);
  assert_non_null(folder);
  for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
    if (strncmp(entry->d_name, "evidence-", 9) != 0) continue;
    count++;
    assert_true(snprintf(path, PATH_MAX, "%s/%s", fixture->path, entry->d_name) < PATH_MAX);
  }
  (void)closedir(folder);
  return count;
}

void accuse(struct fixture *fixture, const char *name, uint8_t fork, uint8_t other_fork) {
  struct signed_note one, other;
  struct vd_failure failure = {0};
  sign_note(fixture->context, &one, name, 10, fork, NOW_S);
  sign_note(fixture->context, &other, name, 10, other_fork, NOW_S);
  if (vd_seen_accuse(fixture->seen, &one.checkpoint, &other.checkpoint, &failure) != VD_OK)
    fail_msg("%s", failure.text);
}
