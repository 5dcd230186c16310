#include "tlog_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

struct frag_context *tlog_context(void) {
  static const uint8_t seed[32] = {1};
  struct frag_context *context = NULL;
  assert_int_equal(frag_context_new(&context, seed), FRAG_OK);
  return context;
}

struct vd_store_reader *tlog_reader(struct vd_store *store) {
  struct vd_store_reader *reader = NULL;
  struct vd_failure failure = {0};
  if (vd_store_reader_new(store, &reader, &failure) != VD_OK || vd_store_reader_begin(reader, &failure) != VD_OK)
    fail_msg("%s", failure.text);
  return reader;
}

void tlog_assert_sound(struct vd_store_reader *reader) {
  struct vd_failure failure = {0};
  if (vd_tlog_check_all(reader, NULL, NULL, &failure) != VD_OK) fail_msg("%s", failure.text);
}

static uint64_t assert_signed(struct vd_store_reader *reader, struct frag_context *context,
                              struct frag_checkpoint *checkpoint, const char *note, size_t len) {
  struct frag_log_key key;
  struct vd_failure failure = {0};
  uint64_t time_s = 0;
  assert_int_equal(vd_tlog_key(reader, &key, &failure), VD_OK);
  assert_int_equal(frag_checkpoint_decode(context, checkpoint, note, len), FRAG_OK);
  assert_int_equal(frag_checkpoint_check(context, checkpoint, &key, &time_s), FRAG_OK);
  assert_int_not_equal(time_s, 0);
  return time_s;
}

struct frag_checkpoint tlog_checkpoint(struct vd_store_reader *reader, struct frag_context *context, uint64_t *time_s) {
  struct frag_checkpoint checkpoint;
  struct vd_failure failure = {0};
  const char *note = NULL;
  size_t len = 0;
  if (vd_tlog_checkpoint(reader, &note, &len, &failure) != VD_OK) fail_msg("%s", failure.text);
  uint64_t signed_s = assert_signed(reader, context, &checkpoint, note, len);
  if (time_s != NULL) *time_s = signed_s;
  return checkpoint;
}

uint64_t tlog_assert_continues(struct vd_store_reader *reader, struct frag_context *context, const char *note,
                               size_t len) {
  struct frag_checkpoint old;
  struct frag_proof proof;
  struct vd_failure failure = {0};
  uint64_t now_s = 0;
  struct frag_checkpoint now = tlog_checkpoint(reader, context, &now_s);
  uint64_t time_s = assert_signed(reader, context, &old, note, len);
  if (old.size > now.size) fail_msg("a checkpoint of %zu entries was shown, and there are %zu", (size_t)old.size,
                                    (size_t)now.size);
  assert_true(time_s <= now_s);
  if (vd_tlog_consistency(reader, old.size, &proof, &failure) != VD_OK) fail_msg("%s", failure.text);
  assert_int_equal(frag_tree_check_consistency(context, old.size, old.root, now.size, now.root, &proof), FRAG_OK);
  return time_s;
}

void tlog_leaf(struct vd_store_reader *reader, struct frag_context *context, uint64_t index,
               uint8_t hash[static FRAG_HASH_LEN]) {
  const uint8_t *bytes = NULL;
  size_t len = 0;
  struct vd_failure failure = {0};
  if (vd_store_get_entry(reader, index, &bytes, &len, &failure) != VD_OK) fail_msg("%s", failure.text);
  assert_int_equal(frag_leaf_hash(context, hash, (struct frag_slice){bytes, len}), FRAG_OK);
}
