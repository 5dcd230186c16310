#include "comparing_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

void comparing_proof(struct test_log *log, uint64_t old_size, uint64_t size, struct frag_proof *proof) {
  struct frag_tree_reader reader = log_reader(log);
  proof->count = 0;
  if (old_size <= size) assert_int_equal(frag_tree_consistency(log->context, proof, old_size, size, &reader), FRAG_OK);
}

void comparing_root(struct test_log *log, uint64_t size, uint8_t root[static FRAG_HASH_LEN]) {
  struct frag_tree_reader reader = log_reader(log);
  assert_int_equal(frag_tree_root(log->context, root, size, &reader), FRAG_OK);
}

size_t comparing_sign(struct test_log *log, uint64_t size, const char *origin, const uint8_t seed[static 32],
                      char *note) {
  uint8_t root[FRAG_HASH_LEN];
  size_t len = 0;
  struct frag_slice name = {(const uint8_t *)origin, strlen(origin)};
  comparing_root(log, size, root);
  assert_int_equal(frag_checkpoint_sign(log->context, note, &len, name, size, root, seed, LOG_NOW_S), FRAG_OK);
  return len;
}
