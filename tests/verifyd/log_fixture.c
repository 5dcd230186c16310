#include "log_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

uint64_t log_time(uint64_t index) { return LOG_NOW_S - 1000 + index; }

void log_record(const struct test_log *log, uint8_t record[static LOG_RECORD_LEN], uint64_t index) {
  const uint8_t header[8] = {1, 0, 7, 2 << 4 | 3, LOG_SHARE_LEN >> 8, LOG_SHARE_LEN & 0xff, 0, 0};
  memset(record, (int)(index + 1), LOG_RECORD_LEN);
  if (index >= log->fork_at) record[40] = log->branch;
  memcpy(record, header, sizeof header);
  record[LOG_LEAF_LEN] = 1;
}

static frag_error hash_leaf(const struct test_log *log, uint64_t index, uint8_t hash[static FRAG_HASH_LEN]) {
  uint8_t record[LOG_RECORD_LEN], bytes[FRAG_ENTRY_MAX];
  size_t len = 0;
  log_record(log, record, index);
  struct frag_entry entry = {FRAG_ENTRY_ISSUE, log_time(index), {record, LOG_LEAF_LEN}};
  assert_int_equal(frag_entry_encode(bytes, &len, &entry), FRAG_OK);
  return frag_leaf_hash(log->context, hash, (struct frag_slice){bytes, len});
}

static frag_error read_hash(void *in, unsigned level, uint64_t index, uint8_t hash[static FRAG_HASH_LEN]) {
  struct test_log *log = in;
  uint8_t left[FRAG_HASH_LEN], right[FRAG_HASH_LEN];
  if (level == 0) return hash_leaf(log, index, hash);
  assert_int_equal(read_hash(log, level - 1, 2 * index, left), FRAG_OK);
  assert_int_equal(read_hash(log, level - 1, 2 * index + 1, right), FRAG_OK);
  return frag_node_hash(log->context, hash, left, right);
}

struct frag_tree_reader log_reader(struct test_log *log) { return (struct frag_tree_reader){read_hash, log}; }

void log_begin(struct frag_context *context, struct test_log *log, const char *origin, uint8_t seed) {
  uint8_t pub32[32];
  *log = (struct test_log){.context = context, .fork_at = LOG_LEAVES_MAX};
  memset(log->seed, seed, sizeof log->seed);
  assert_int_equal(frag_log_public(context, pub32, log->seed), FRAG_OK);
  assert_int_equal(
      frag_log_key_make(context, &log->key, (struct frag_slice){(const uint8_t *)origin, strlen(origin)}, pub32),
      FRAG_OK);
}

